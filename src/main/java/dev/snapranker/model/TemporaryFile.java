package dev.snapranker.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A file in a folder of its own, below the folder for temporary files. It is deleted on close, and
 * when the JVM exits. The process holds a lock on it, so the next start can remove what a killed
 * process left: Lambda keeps {@code /tmp} when it starts a function again.
 */
final class TemporaryFile implements AutoCloseable {
  private static final String PREFIX = "snapranker-embeddings-";

  private final Path folder;
  private final Path path;
  private final long bytes;
  private final String source;
  private final FileChannel channel;

  private TemporaryFile(Path folder, String name, long bytes, String source, FileChannel channel) {
    this.folder = folder;
    this.path = folder.resolve(name);
    this.bytes = bytes;
    this.source = source;
    this.channel = channel;
  }

  /**
   * Creates an empty file.
   *
   * @param bytes how many bytes will be written to it
   * @param source the file that is copied, for messages
   */
  static TemporaryFile create(String name, long bytes, String source) {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      removeLeftovers(parent);
      requireRoom(parent, bytes, source);
      Path folder = Files.createTempDirectory(parent, PREFIX).toRealPath();
      folder.toFile().deleteOnExit(); // after the file in it, which is registered later
      FileChannel channel =
          FileChannel.open(
              folder.resolve(name),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      TemporaryFile file = new TemporaryFile(folder, name, bytes, source, channel);
      file.path.toFile().deleteOnExit();
      file.lock();
      return file;
    } catch (IOException e) {
      throw unwritable(parent, bytes, source, e);
    }
  }

  private void lock() throws IOException {
    try {
      channel.lock();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  /** Runs an action that writes the file. */
  void write(Consumer<FileChannel> action) {
    try {
      action.accept(channel);
    } catch (UncheckedIOException e) {
      throw unwritable(folder, bytes, source, Objects.requireNonNull(e.getCause()));
    }
  }

  private static void requireRoom(Path folder, long bytes, String source) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < bytes) {
      throw new InvalidBundleException(
          "%s needs %s in %s, which has %s free; %s"
              .formatted(source, megabytes(bytes), folder, megabytes(free), advice(bytes)));
    }
  }

  private static InvalidBundleException unwritable(
      Path folder, long bytes, String source, IOException e) {
    return new InvalidBundleException(
        "%s needs %s in %s, which cannot be written: %s; %s"
            .formatted(source, megabytes(bytes), folder, RegularFile.problem(e), advice(bytes)),
        e);
  }

  private static String advice(long bytes) {
    return "expected room for %s (in Lambda, /tmp has 512 MB, or what EphemeralStorage in template.yaml sets; SnapStart allows no more than 512 MB)"
        .formatted(megabytes(bytes));
  }

  private static String megabytes(long bytes) {
    return "%.1f MB".formatted(bytes / 1e6);
  }

  /** Removes files of processes that were killed. */
  private static void removeLeftovers(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
          for (Path file : files) {
            if (isUnused(file)) {
              Files.deleteIfExists(file);
              Files.deleteIfExists(folder);
            }
          }
        } catch (IOException e) {
          // Another user's, or another process removes it now.
        }
      }
    }
  }

  private static boolean isUnused(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // another model of this process
      return false;
    }
  }

  /** Deletes the file. */
  @Override
  public void close() {
    try (channel) {
      Files.deleteIfExists(path);
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // The JVM tries it again when it exits, and the next start after that.
    }
  }
}
