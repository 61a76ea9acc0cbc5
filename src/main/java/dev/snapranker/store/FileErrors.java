package dev.snapranker.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes why a file cannot be read or written. */
public final class FileErrors {
  private FileErrors() {}

  /** The reason for a failure. The JDK's own message is often only a path. */
  public static String problem(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> none.getFile() + " does not exist";
      case AccessDeniedException denied ->
          denied.getFile() + " cannot be accessed: permission denied";
      case FileAlreadyExistsException there -> there.getFile() + " already exists";
      case NotDirectoryException file -> file.getFile() + " is not a directory";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      case IOException other -> String.valueOf(other.getMessage());
    };
  }

  static <T extends @Nullable Object> T reading(Place object, FileAction<T> action) {
    return run(object, "read", action);
  }

  static <T extends @Nullable Object> T writing(Place object, FileAction<T> action) {
    return run(object, "written", action);
  }

  private static <T extends @Nullable Object> T run(
      Place object, String what, FileAction<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw failed(object, what, e);
    } catch (UncheckedIOException e) {
      throw failed(object, what, Objects.requireNonNull(e.getCause()));
    }
  }

  private static StoreException failed(Place object, String what, IOException e) {
    return new StoreException(object, "cannot be %s: %s".formatted(what, problem(e)), e);
  }

  /** An action on files. */
  @FunctionalInterface
  interface FileAction<T extends @Nullable Object> {
    T run() throws IOException;
  }
}
