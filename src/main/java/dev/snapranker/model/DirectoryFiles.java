package dev.snapranker.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;

/** Reads a bundle's files from a directory. */
record DirectoryFiles(Path directory) implements BundleFiles {
  @Override
  public byte[] manifest() {
    try {
      return RegularFile.read(directory.resolve(Manifest.FILE), Manifest.MAX_BYTES);
    } catch (IOException e) {
      throw new InvalidBundleException(
          "%s cannot be read: %s; expected a model bundle there (see model-layer/README.md)"
              .formatted(nameOf(Manifest.FILE), RegularFile.problem(e)),
          e);
    }
  }

  @Override
  public ByteBuffer read(String name, long bytes, MessageDigest digest, Arena arena) {
    try (FileChannel channel = RegularFile.open(directory.resolve(name))) {
      if (channel.size() != bytes) {
        throw new InvalidBundleException(
            "%s has %d bytes; %s says %d"
                .formatted(nameOf(name), channel.size(), Manifest.FILE, bytes));
      }
      ByteBuffer content =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena).asByteBuffer();
      digest.update(content.duplicate());
      return content;
    } catch (IOException e) {
      throw new InvalidBundleException(
          nameOf(name) + " cannot be read: " + RegularFile.problem(e), e);
    }
  }

  @Override
  public String nameOf(String file) {
    return directory.resolve(file).toString();
  }
}
