package dev.snapranker.store;

import static dev.snapranker.store.FileErrors.reading;
import static dev.snapranker.store.FileErrors.writing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads and writes files as a store's objects. */
public final class FileStore implements WritableStore {
  private final Uploads uploads = new FileUploads();

  @Override
  public Part open(Place object, long offset, long bytes) {
    Path file = path(object);
    try {
      FileChannel channel = FileChannel.open(file).position(offset);
      return new Part(Channels.newInputStream(channel), channel.size(), etag(file));
    } catch (NoSuchFileException e) {
      throw new StoreException(object, "does not exist", e);
    } catch (IOException e) {
      throw new StoreException(object, "cannot be read: " + FileErrors.problem(e), e);
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
          MessageDigest sha256 = Digests.sha256();
          try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
          }
          return HexFormat.of().formatHex(sha256.digest());
        });
  }

  /** All links to a file have the same identity, and so do its names in upper and lower case. */
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
  public Place canonical(Place object) {
    return reading(object, () -> object.withKey(canonical(path(object)).toString()));
  }

  /** The real path; if the file does not exist, its folder's real path and its name. */
  private static Path canonical(Path path) throws IOException {
    Path folder = path.getParent();
    return folder == null || Files.exists(path)
        ? path.toRealPath()
        : canonical(folder).resolve(name(path));
  }

  /**
   * Lists the files of a folder, or the file itself, without names that start with a dot. The list
   * may contain pipes and the like, for which {@link #stat} returns null.
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
              // A broken link fails here, because its target may be an input that got lost.
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
    WholeFile file = new WholeFile(path(object));
    writing(
        object,
        () -> {
          Files.createDirectories(file.folder());
          return WholeFile.retryIfRemoved(() -> file.replace(content));
        });
  }

  @Override
  public boolean putNew(Place object, byte[] content) {
    WholeFile file = new WholeFile(path(object));
    return writing(
        object,
        () -> {
          Files.createDirectories(file.folder());
          return WholeFile.retryIfRemoved(() -> file.create(content));
        });
  }

  @Override
  public Uploads uploads() {
    return uploads;
  }

  @Override
  public void close() {}

  /** The absolute path. The system resolves {@code ..} after a link from the link's target. */
  static Path path(Place place) {
    return switch (place) {
      case Place.File file -> Path.of(file.key()).toAbsolutePath();
      case Place.S3Object object -> throw new IllegalArgumentException(object + " is not a file");
    };
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** A tag that changes with the file. The time alone is coarse and can be set back. */
  private static String etag(Path file) throws IOException {
    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
    Object changed =
        file.getFileSystem().supportedFileAttributeViews().contains("unix")
            ? Files.getAttribute(file, "unix:ctime")
            : "";
    return is.size() + "-" + is.lastModifiedTime() + "-" + changed + "-" + is.fileKey();
  }
}
