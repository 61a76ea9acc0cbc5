package dev.snapranker.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files in place of objects. A file is written under another name and then renamed, so that it
 * appears whole; the parts of an upload lie beside it, in a folder whose name starts with a dot.
 */
public final class FileStore implements WritableStore {
  @Override
  public Part open(ObjectRef object, long offset, long bytes) throws IOException {
    Path file = path(object);
    try {
      FileChannel channel = FileChannel.open(file).position(offset);
      InputStream content = Channels.newInputStream(channel);
      return new Part(content, channel.size(), etag(file));
    } catch (NoSuchFileException e) {
      throw new StoreException(object, "is not there", e);
    }
  }

  @Override
  public @Nullable Stat stat(ObjectRef object) {
    Path file = path(object);
    return of(
        object,
        () -> Files.isRegularFile(file) ? new Stat(Files.size(file), etag(file), null) : null);
  }

  /** Of a folder the files that lie in it, of a file itself; none that starts with a dot. */
  @Override
  public List<Listed> list(ObjectRef prefix) {
    Path path = path(prefix);
    return of(
        prefix,
        () -> {
          List<Listed> listed = new ArrayList<>();
          try (Stream<Path> files = Files.isDirectory(path) ? Files.list(path) : Stream.of(path)) {
            for (Path file : files.filter(each -> !name(each).startsWith(".")).sorted().toList()) {
              if (Files.isRegularFile(file)) {
                listed.add(new Listed(prefix.withKey(file.toString()), Files.size(file)));
              }
            }
          }
          return listed;
        });
  }

  @Override
  public void put(ObjectRef object, byte[] content) {
    of(object, () -> write(path(object), content));
  }

  @Override
  public void delete(ObjectRef object) {
    of(object, () -> Files.deleteIfExists(path(object)));
  }

  @Override
  public String begin(ObjectRef object) {
    String upload = UUID.randomUUID().toString();
    of(object, () -> Files.createDirectories(folder(object, upload)));
    return upload;
  }

  @Override
  public @Nullable String upload(ObjectRef object, String upload, int number, byte[] content) {
    Path folder = folder(object, upload);
    String part = Integer.toString(number);
    return of(
        object,
        () -> {
          if (!Files.isDirectory(folder)) {
            return null;
          }
          write(folder.resolve(part), content);
          return part;
        });
  }

  @Override
  public boolean commit(ObjectRef object, String upload, List<String> parts) {
    Path folder = folder(object, upload);
    return of(
        object,
        () -> {
          if (!Files.isDirectory(folder)) {
            return false;
          }
          Path whole = folder.resolve("whole");
          try (OutputStream out = Files.newOutputStream(whole)) {
            for (int number = 1; number <= parts.size(); number++) {
              Files.copy(folder.resolve(Integer.toString(number)), out);
            }
          }
          // The parts stay until the upload is discarded, so that this can be done again.
          Files.move(whole, path(object), StandardCopyOption.ATOMIC_MOVE);
          return true;
        });
  }

  @Override
  public void discard(ObjectRef object, String upload) {
    Path folder = folder(object, upload);
    of(
        object,
        () -> {
          if (Files.isDirectory(folder)) {
            try (Stream<Path> parts = Files.list(folder)) {
              for (Path part : parts.toList()) {
                Files.deleteIfExists(part);
              }
            }
          }
          return Files.deleteIfExists(folder);
        });
  }

  @Override
  public void close() {}

  private static Path path(ObjectRef object) {
    return Path.of(object.key()).toAbsolutePath().normalize();
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static Path folder(ObjectRef object, String upload) {
    Path file = path(object);
    return file.resolveSibling("." + name(file) + "." + upload);
  }

  private static String etag(Path file) throws IOException {
    return Files.size(file) + "-" + Files.getLastModifiedTime(file).toMillis();
  }

  /** The name is this process's own: another may write the same file at the same time. */
  private static Path write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    Path fresh = file.resolveSibling("." + name(file) + "." + ProcessHandle.current().pid());
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        var _ = out.write(bytes);
      }
    }
    return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static <T extends @Nullable Object> T of(ObjectRef object, FileAction<T> action) {
    try {
      return action.run();
    } catch (IOException | UncheckedIOException e) {
      throw new StoreException(object, "cannot be read or written: " + e, e);
    }
  }

  /** Something done to files. */
  @FunctionalInterface
  private interface FileAction<T extends @Nullable Object> {
    T run() throws IOException;
  }
}
