package dev.snapranker.model;

import dev.snapranker.api.Counted;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/** Reads a bundle's files from a directory. */
record DirectoryFiles(Path directory) implements BundleFiles {
  private static final int CHUNK_BYTES = 256 << 10;

  @Override
  public byte[] manifest() {
    try {
      return RegularFile.read(directory.resolve(Manifest.FILE), Manifest.MAX_BYTES);
    } catch (IOException e) {
      throw new InvalidBundleException(
          "%s cannot be read: %s; expected a model bundle there%s (see model-layer/README.md)"
              .formatted(nameOf(Manifest.FILE), RegularFile.problem(e), others()),
          e);
    }
  }

  /** The bundles beside a folder that does not exist: its name may be misspelt, or an old one. */
  private String others() {
    Path folder = directory.toAbsolutePath();
    if (Files.exists(folder) || folder.getParent() == null) {
      return "";
    }
    String names = ModelLoader.namesIn(folder.getParent());
    return names.isEmpty() ? "" : ", or the name of a bundle beside it" + names;
  }

  @Override
  public ByteBuffer read(String name, long bytes, MessageDigest digest, Arena arena) {
    try (FileChannel channel = open(name, bytes)) {
      ByteBuffer content =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena).asByteBuffer();
      digest.update(content.duplicate());
      return content;
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /** The file itself. It is read in chunks, because mapped pages count as the process's memory. */
  @Override
  public EmbeddingsFile onDisk(String name, Manifest.FileSpec expected) {
    try (FileChannel channel = open(name, expected.bytes())) {
      MessageDigest sha256 = Sha256.digest();
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      while (channel.read(chunk.clear()) >= 0) {
        sha256.update(chunk.flip());
      }
      requireSha256(name, expected, sha256);
      return new EmbeddingsFile(withoutLinks(name), new Opened());
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /** ONNX Runtime maps no file through a link, but it takes the link's target by the same name. */
  private Path withoutLinks(String name) throws IOException {
    Path file = directory.resolve(name).toRealPath();
    if (!file.endsWith(name)) {
      throw new InvalidBundleException(
          "%s is a link to %s; expected the file itself, or a link to a file of the same name"
              .formatted(nameOf(name), file));
    }
    return file;
  }

  private FileChannel open(String name, long bytes) throws IOException {
    FileChannel channel = RegularFile.open(directory.resolve(name));
    if (channel.size() != bytes) {
      try (channel) {
        throw new InvalidBundleException(
            "%s has %s; %s says %d"
                .formatted(nameOf(name), Counted.of(channel.size(), "byte"), Manifest.FILE, bytes));
      }
    }
    return channel;
  }

  private InvalidBundleException unreadable(String name, IOException e) {
    return new InvalidBundleException(
        nameOf(name) + " cannot be read: " + RegularFile.problem(e), e);
  }

  @Override
  public String nameOf(String file) {
    return directory.resolve(file).toString();
  }
}
