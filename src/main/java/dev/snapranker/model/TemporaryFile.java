package dev.snapranker.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A file in a {@linkplain TemporaryFolder folder of its own}. It is deleted on close, and when the
 * JVM exits.
 */
final class TemporaryFile implements AutoCloseable {
  private final TemporaryFolder folder;
  private final Path path;
  private final long bytes;
  private final String source;
  private final FileChannel channel;

  private TemporaryFile(
      TemporaryFolder folder, Path path, long bytes, String source, FileChannel channel) {
    this.folder = folder;
    this.path = path;
    this.bytes = bytes;
    this.source = source;
    this.channel = channel;
  }

  /**
   * Creates an empty file.
   *
   * @param parent the folder for temporary files
   * @param bytes how many bytes will be written to it
   * @param source the file that is copied, for messages
   */
  static TemporaryFile create(Path parent, String name, long bytes, String source) {
    Opened opened = new Opened();
    try {
      TemporaryFolder folder = opened.add(TemporaryFolder.create(parent));
      requireRoom(parent, bytes, source);
      Path path = folder.path().resolve(name);
      path.toFile().deleteOnExit();
      FileChannel channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      return new TemporaryFile(folder, path, bytes, source, channel);
    } catch (IOException e) {
      opened.closeAfter(e);
      throw unwritable(parent, bytes, source, e);
    } catch (Throwable e) {
      opened.closeAfter(e);
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
      throw unwritable(folder.path(), bytes, source, Objects.requireNonNull(e.getCause()));
    }
  }

  private static void requireRoom(Path folder, long bytes, String source) {
    long free = folder.toFile().getUsableSpace(); // a FileStore would need the list of mounts
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
            .formatted(source, megabytes(bytes), folder, problem(e), advice(bytes)),
        e);
  }

  private static String problem(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such folder";
      case AccessDeniedException _ -> "this process has no permission to write there";
      default -> RegularFile.problem(e);
    };
  }

  private static String advice(long bytes) {
    return "expected room for %s (in Lambda, /tmp has 512 MB, or what EphemeralStorage in template.yaml sets; SnapStart allows no more than 512 MB)"
        .formatted(megabytes(bytes));
  }

  private static String megabytes(long bytes) {
    return "%.1f MB".formatted(bytes / 1e6);
  }

  /** Deletes the folder with the file. */
  @Override
  public void close() {
    try (folder;
        channel) {
      // Nothing else to do: the folder deletes what is in it, after the channel is closed.
    } catch (IOException e) {
      // The folder is deleted all the same.
    }
  }
}
