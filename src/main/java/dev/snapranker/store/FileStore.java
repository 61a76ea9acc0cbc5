package dev.snapranker.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files in place of objects. A file is written under another name and then renamed, so that it
 * appears whole; the parts of an upload lie beside it, in a folder. Both are named {@code
 * .NAME.UUID}: no two writers share one, of whatever process, container or machine.
 */
public final class FileStore implements WritableStore {
  private static final String UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final int MOST_ATTEMPTS = 5;

  @Override
  public Part open(Place object, long offset, long bytes) {
    Path file = path(object);
    try {
      FileChannel channel = FileChannel.open(file).position(offset);
      return new Part(Channels.newInputStream(channel), channel.size(), etag(file));
    } catch (NoSuchFileException e) {
      throw new StoreException(object, "is not there", e);
    } catch (IOException e) {
      throw new StoreException(object, "cannot be read: " + problem(e), e);
    }
  }

  @Override
  public @Nullable Stat stat(Place object) {
    Path file = path(object);
    return reading(
        object,
        () -> Files.isRegularFile(file) ? new Stat(Files.size(file), etag(file), null) : null);
  }

  @Override
  public @Nullable String digest(Place object) {
    Path file = path(object);
    return reading(
        object,
        () -> {
          if (!Files.isRegularFile(file)) {
            return null;
          }
          MessageDigest sha256 = sha256();
          try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
          }
          return HexFormat.of().formatHex(sha256.digest());
        });
  }

  /** The file's own, not its name's: it is one by all links to it, in whatever case. */
  @Override
  public @Nullable Object identity(Place object) {
    Path path = path(object);
    return reading(
        object,
        () -> {
          if (!Files.exists(path)) {
            return null;
          }
          Path real = path.toRealPath();
          Object key = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
          return key == null ? real : key;
        });
  }

  @Override
  public Place real(Place object) {
    return reading(object, () -> object.withKey(real(path(object)).toString()));
  }

  /** Of what is not there yet, its folder's and its name. */
  private static Path real(Path path) throws IOException {
    Path folder = path.getParent();
    return folder == null || Files.exists(path)
        ? path.toRealPath()
        : real(folder).resolve(name(path));
  }

  /**
   * Of a folder the files that lie in it, of a file itself; none that starts with a dot. Of what is
   * no folder and no file either, a pipe for example, {@link #stat} knows nothing.
   */
  @Override
  public List<Listed> list(Place prefix) {
    Path path = path(prefix);
    return reading(
        prefix,
        () -> {
          List<Listed> listed = new ArrayList<>();
          try (Stream<Path> files = Files.isDirectory(path) ? Files.list(path) : Stream.of(path)) {
            for (Path file : files.filter(each -> !name(each).startsWith(".")).sorted().toList()) {
              // The size of a link to nothing is an error: it may be an input that got lost.
              if (!Files.isDirectory(file) && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                listed.add(new Listed(prefix.withKey(file.toString()), Files.size(file)));
              }
            }
          }
          return listed;
        });
  }

  @Override
  public void put(Place object, byte[] content) {
    Path file = path(object);
    writing(
        object,
        () -> {
          Files.createDirectories(folder(file));
          return undisturbed(() -> replace(file, content));
        });
  }

  @Override
  public boolean putNew(Place object, byte[] content) {
    Path file = path(object);
    return writing(
        object,
        () -> {
          Files.createDirectories(folder(file));
          return undisturbed(() -> create(file, content));
        });
  }

  /**
   * Another's {@link #discardOthers} may remove what is not renamed yet: then it is written again.
   */
  private static <T> T undisturbed(FileAction<T> write) throws IOException {
    for (int attempts = 1; ; attempts++) {
      try {
        return write.run();
      } catch (NoSuchFileException e) {
        if (attempts == MOST_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  @Override
  public void delete(Place object) {
    writing(object, () -> Files.deleteIfExists(path(object)));
  }

  @Override
  public String begin(Place object) {
    String upload = UUID.randomUUID().toString();
    writing(object, () -> Files.createDirectories(beside(path(object), upload)));
    return upload;
  }

  /** The name says which content it has: {@link #commit} takes only what was uploaded. */
  @Override
  public @Nullable String upload(Place object, String upload, int number, byte[] content) {
    Path folder = beside(path(object), upload);
    String part = partName(number, sha256().digest(content));
    return writing(
        object,
        () -> {
          try {
            replace(folder.resolve(part), content);
            return part;
          } catch (NoSuchFileException e) {
            return null;
          }
        });
  }

  @Override
  public boolean commit(Place object, String upload, List<String> parts) {
    Path folder = beside(path(object), upload);
    return writing(
        object,
        () -> {
          // The parts stay until the upload is discarded, so that this can be done again.
          Path whole = folder.resolve("whole-" + UUID.randomUUID());
          try {
            try (OutputStream out = Files.newOutputStream(whole)) {
              for (int i = 0; i < parts.size(); i++) {
                MessageDigest sha256 = sha256();
                Files.copy(folder.resolve(parts.get(i)), new DigestOutputStream(out, sha256));
                if (!partName(i + 1, sha256.digest()).equals(parts.get(i))) {
                  return false; // damaged, for example when the machine lost its power
                }
              }
            }
            Files.move(whole, path(object), StandardCopyOption.ATOMIC_MOVE);
            return true;
          } catch (NoSuchFileException e) {
            return false;
          } finally {
            Files.deleteIfExists(whole);
          }
        });
  }

  @Override
  public void discard(Place object, String upload) {
    writing(object, () -> remove(beside(path(object), upload)));
  }

  @Override
  public void discardOthers(Place object, @Nullable String kept) {
    Path file = path(object);
    Pattern ours = Pattern.compile("\\." + Pattern.quote(name(file)) + "\\." + UUID_PATTERN);
    writing(
        object,
        () -> {
          if (Files.isDirectory(folder(file))) {
            try (Stream<Path> files = Files.list(folder(file))) {
              for (Path each : files.toList()) {
                if (ours.matcher(name(each)).matches()
                    && (kept == null || !name(each).endsWith(kept))) {
                  remove(each);
                }
              }
            }
          }
          return true;
        });
  }

  /** A file, or a folder of files, into which another may still write. */
  private static boolean remove(Path path) throws IOException {
    for (int attempts = 1; ; attempts++) {
      try {
        if (Files.isDirectory(path)) {
          try (Stream<Path> parts = Files.list(path)) {
            for (Path part : parts.toList()) {
              Files.deleteIfExists(part);
            }
          }
        }
        return Files.deleteIfExists(path);
      } catch (NoSuchFileException e) {
        return false; // by another at the same time
      } catch (DirectoryNotEmptyException e) {
        if (attempts == MOST_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {}

  /** As the system resolves it: a {@code ..} after a link leaves the link's target. */
  private static Path path(Place place) {
    return switch (place) {
      case Place.File file -> Path.of(file.key()).toAbsolutePath();
      case Place.S3Object object -> throw new IllegalArgumentException(object + " is no file");
    };
  }

  private static Path folder(Path file) {
    return Objects.requireNonNullElse(file.getParent(), file);
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String partName(int number, byte[] sha256) {
    return number + "-" + HexFormat.of().formatHex(sha256);
  }

  private static Path beside(Path file, String uuid) {
    return file.resolveSibling("." + name(file) + "." + uuid);
  }

  /** Not the time alone: it can be set back, and is coarse. */
  private static String etag(Path file) throws IOException {
    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
    Object changed =
        file.getFileSystem().supportedFileAttributeViews().contains("unix")
            ? Files.getAttribute(file, "unix:ctime")
            : "";
    return is.size() + "-" + is.lastModifiedTime() + "-" + changed + "-" + is.fileKey();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Path replace(Path file, byte[] content) throws IOException {
    Path fresh = beside(file, UUID.randomUUID().toString());
    try {
      Files.write(fresh, content, StandardOpenOption.CREATE_NEW);
      return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh); // nothing, once it is moved
    }
  }

  /** Whether there was none. */
  private static boolean create(Path file, byte[] content) throws IOException {
    Path fresh = beside(file, UUID.randomUUID().toString());
    try {
      Files.write(fresh, content, StandardOpenOption.CREATE_NEW);
      link(file, fresh, content);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** A link appears whole, or not where a file is; some file systems have none. */
  private static void link(Path file, Path fresh, byte[] content) throws IOException {
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.write(file, content, StandardOpenOption.CREATE_NEW);
    }
  }

  private static <T extends @Nullable Object> T reading(Place object, FileAction<T> action) {
    return of(object, "read", action);
  }

  private static <T extends @Nullable Object> T writing(Place object, FileAction<T> action) {
    return of(object, "written", action);
  }

  private static <T extends @Nullable Object> T of(
      Place object, String what, FileAction<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new StoreException(object, "cannot be %s: %s".formatted(what, problem(e)), e);
    } catch (UncheckedIOException e) {
      throw new StoreException(
          object,
          "cannot be %s: %s".formatted(what, problem(Objects.requireNonNull(e.getCause()))),
          e);
    }
  }

  /** In words, as the JDK's messages are often a path alone. */
  public static String problem(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> none.getFile() + " is not there";
      case AccessDeniedException denied -> denied.getFile() + " may not be accessed";
      case FileAlreadyExistsException there -> there.getFile() + " is in the way";
      case NotDirectoryException file -> file.getFile() + " is not a folder";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      case IOException other -> String.valueOf(other.getMessage());
    };
  }

  /** Something done to files. */
  @FunctionalInterface
  private interface FileAction<T extends @Nullable Object> {
    T run() throws IOException;
  }
}
