package dev.snapranker.model;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Reads the files of a bundle from its directory or from S3. Failures name the whole path. */
interface BundleFiles {

  /** Reads {@link Manifest#FILE}. */
  byte[] manifest();

  /**
   * Reads a file into memory outside of the heap.
   *
   * @param bytes the expected size; any other size is refused
   * @param digest receives the whole content
   * @param arena owns the memory; any thread may use it
   */
  ByteBuffer read(String name, long bytes, MessageDigest digest, Arena arena);

  /**
   * Finds or makes a file that ONNX Runtime can map, and checks its size and SHA-256. The file is
   * never in memory as a whole. The caller closes it.
   */
  EmbeddingsFile onDisk(String name, Manifest.FileSpec expected);

  /** The file's whole path, for messages. */
  String nameOf(String file);

  /** Reads a file and checks its size and SHA-256. The caller closes the content. */
  @SuppressWarnings("MustBeClosedChecker") // the content closes it
  default FileContent readVerified(String name, Manifest.FileSpec expected) {
    MessageDigest sha256 = Sha256.digest();
    Arena arena = Arena.ofShared(); // several threads write to it
    try {
      ByteBuffer bytes = read(name, expected.bytes(), sha256, arena);
      requireSha256(name, expected, sha256);
      return new FileContent(bytes, arena);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /** Refuses a file whose digest, which has received the whole content, is not the expected one. */
  default void requireSha256(String name, Manifest.FileSpec expected, MessageDigest sha256) {
    String actual = HexFormat.of().formatHex(sha256.digest());
    if (!actual.equals(expected.sha256())) {
      throw new InvalidBundleException(
          "%s has sha256 %s; %s says %s"
              .formatted(nameOf(name), actual, Manifest.FILE, expected.sha256()));
    }
  }
}
