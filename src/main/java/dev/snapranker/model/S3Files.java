package dev.snapranker.model;

import dev.snapranker.store.Download;
import dev.snapranker.store.ObjectStore;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;

/**
 * Reads a bundle's files from S3.
 *
 * @param limit the time limit for one file
 */
record S3Files(ObjectStore store, S3Source source, Duration limit) implements BundleFiles {
  @Override
  public byte[] manifest() {
    return Download.readSmall(store, source.manifest(), Manifest.MAX_BYTES, limit);
  }

  @Override
  public ByteBuffer read(String name, long bytes, MessageDigest digest, Arena arena) {
    ByteBuffer content = arena.allocate(bytes).asByteBuffer();
    Download.into(content, store, source.file(name), limit, digest::update);
    return content.asReadOnlyBuffer();
  }

  /** A copy in the folder for temporary files, which is deleted when it is closed. */
  @Override
  public EmbeddingsFile onDisk(String name, Manifest.FileSpec expected) {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Opened opened = new Opened();
    try {
      TemporaryFile copy =
          opened.add(TemporaryFile.create(temporary, name, expected.bytes(), nameOf(name)));
      MessageDigest sha256 = Sha256.digest();
      copy.write(file ->
          Download.into(file, expected.bytes(), store, source.file(name), limit, sha256::update));
      requireSha256(name, expected, sha256);
      return new EmbeddingsFile(copy.path(), opened);
    } catch (Throwable e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  @Override
  public String nameOf(String file) {
    return source.file(file).toString();
  }
}
