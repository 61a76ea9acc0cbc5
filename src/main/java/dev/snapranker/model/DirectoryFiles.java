package dev.snapranker.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** A bundle in a directory. */
record DirectoryFiles(Path directory) implements BundleFiles {
  @Override
  public byte[] manifest() {
    try {
      return Files.readAllBytes(directory.resolve(Manifest.FILE));
    } catch (IOException e) {
      throw new InvalidBundleException(
          nameOf(Manifest.FILE)
              + " cannot be read; expected a model bundle there (see model-layer/README.md)",
          e);
    }
  }

  @Override
  public ByteBuffer read(String name, long bytes, MessageDigest digest, Arena arena) {
    try (FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
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
      throw new InvalidBundleException(nameOf(name) + " cannot be read: " + e, e);
    }
  }

  @Override
  public String nameOf(String file) {
    return directory.resolve(file).toString();
  }
}
