package dev.snapranker.store;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears complete or not at all. It is written under a temporary name in the same
 * folder, {@code .NAME.UUID}, and then renamed. No two writers share a temporary name, even on
 * different machines.
 */
public record WholeFile(Path file) {
  private static final String UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final int MAX_ATTEMPTS = 5;

  Path folder() {
    return Objects.requireNonNullElse(file.getParent(), file);
  }

  String name() {
    return String.valueOf(file.getFileName());
  }

  /** The path of a temporary file or folder that will become the file. */
  Path beside(String uuid) {
    return file.resolveSibling("." + name() + "." + uuid);
  }

  /** Writes the file, or replaces it. */
  public Path replace(byte[] content) throws IOException {
    Path fresh = beside(UUID.randomUUID().toString());
    try {
      Files.write(fresh, content, StandardOpenOption.CREATE_NEW);
      return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh); // does nothing after the move
    }
  }

  /** Writes the file if it does not exist; false if it exists. */
  boolean create(byte[] content) throws IOException {
    Path fresh = beside(UUID.randomUUID().toString());
    try {
      Files.write(fresh, content, StandardOpenOption.CREATE_NEW);
      link(fresh, content);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** Creates a link, which never replaces a file. Some file systems have no links. */
  private void link(Path fresh, byte[] content) throws IOException {
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.write(file, content, StandardOpenOption.CREATE_NEW);
    }
  }

  /** Repeats a write, because another process may remove its temporary file. */
  static <T> T retryIfRemoved(FileErrors.FileAction<T> write) throws IOException {
    for (int attempts = 1; ; attempts++) {
      try {
        return write.run();
      } catch (NoSuchFileException e) {
        if (attempts == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Removes all temporary files and folders of this file.
   *
   * @param kept the UUID of one to keep; null for none
   */
  void removeLeftovers(@Nullable String kept) throws IOException {
    Pattern leftover = Pattern.compile("\\." + Pattern.quote(name()) + "\\." + UUID_PATTERN);
    if (Files.isDirectory(folder())) {
      try (Stream<Path> files = Files.list(folder())) {
        for (Path each : files.toList()) {
          String name = String.valueOf(each.getFileName());
          if (leftover.matcher(name).matches() && (kept == null || !name.endsWith(kept))) {
            remove(each);
          }
        }
      }
    }
  }

  /** Removes a file or a folder of files, even if another process still writes into it. */
  static boolean remove(Path path) throws IOException {
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
        return false; // another process removed it
      } catch (DirectoryNotEmptyException e) {
        if (attempts == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
