package dev.snapranker.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder below the folder for temporary files. The process holds a lock in it, so the next start
 * can remove what a killed process left: Lambda keeps {@code /tmp} when it starts a function again.
 *
 * <p>The lock is a file of its own. A process that closes any other descriptor of a locked file
 * loses its lock, and ONNX Runtime opens and closes what it maps.
 */
final class TemporaryFolder implements AutoCloseable {
  static final String PREFIX = "snapranker-embeddings-";

  /** No file of a bundle has such a name. */
  static final String LOCK = ".lock";

  private static final int ATTEMPTS = 100;

  /** The folders of this process, whose locks must not be opened a second time. */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private TemporaryFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Creates an empty folder, and removes those of processes that were killed. */
  static synchronized TemporaryFolder create(Path parent) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      TemporaryFolder folder = lockedIn(parent);
      if (folder != null) {
        folder.removeLeftovers();
        return folder;
      }
    }
    throw new IOException("other processes remove each folder that is made there");
  }

  /** A folder with a lock; null if another process took it for a leftover. */
  private static @Nullable TemporaryFolder lockedIn(Path parent) throws IOException {
    Path path = Files.createTempDirectory(parent, PREFIX);
    path.toFile().deleteOnExit(); // after the files in it, which are registered later
    TemporaryFolder folder;
    try {
      path = path.toRealPath();
      path.resolve(LOCK).toFile().deleteOnExit();
      folder =
          new TemporaryFolder(
              path,
              FileChannel.open(
                  path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (NoSuchFileException e) {
      return null;
    }
    OWN.add(path);
    boolean locked = false;
    try {
      locked = folder.lock.tryLock() != null && Files.exists(path.resolve(LOCK));
      return locked ? folder : null;
    } finally {
      if (!locked) {
        folder.close();
      }
    }
  }

  Path path() {
    return path;
  }

  private void removeLeftovers() {
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(path.resolveSibling(""), PREFIX + "*")) {
      for (Path folder : folders) {
        if (!OWN.contains(folder)) {
          removeIfUnused(folder);
        }
      }
    } catch (IOException e) {
      // The next start tries it again.
    }
  }

  private void removeIfUnused(Path folder) {
    try {
      if (isOfThisUser(folder)) {
        removeUnlocked(folder);
      }
    } catch (IOException e) {
      // Another process removes it now, or it has what no process of ours writes.
    }
  }

  /** Another user could make a link by such a name, to files that only this user may delete. */
  private boolean isOfThisUser(Path folder) throws IOException {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(path));
  }

  private static void removeUnlocked(Path folder) throws IOException {
    try (FileChannel lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
      if (lock.tryLock() != null) {
        removeFiles(folder);
        Files.deleteIfExists(folder.resolve(LOCK)); // the last one, so that a next start goes on
        Files.deleteIfExists(folder);
      }
    } catch (NoSuchFileException e) { // its process was killed before it made the lock
      Files.deleteIfExists(folder); // if it is empty
    }
  }

  private static void removeFiles(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!file.endsWith(LOCK)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** Deletes the folder with its files. */
  @Override
  public void close() {
    try (lock) {
      removeFiles(path);
      Files.deleteIfExists(path.resolve(LOCK));
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The JVM tries it again when it exits, and the next start after that.
    } finally {
      OWN.remove(path);
    }
  }
}
