package dev.snapranker.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Opens regular files only: a pipe or a device could keep the reader waiting for ever. */
final class RegularFile {
  private RegularFile() {}

  static FileChannel open(Path file) throws IOException {
    requireRegular(file);
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * Reads a small file.
   *
   * @param mostBytes the most bytes allowed; a longer file is an error
   */
  static byte[] read(Path file, int mostBytes) throws IOException {
    requireRegular(file);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(mostBytes + 1);
      if (content.length > mostBytes) {
        throw new IOException("it has more than " + mostBytes + " bytes");
      }
      return content;
    }
  }

  /** The reason for a failure of this class or the file system, without the file's name. */
  static String problem(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "this process has no permission to read it";
      case ClosedByInterruptException _, FileLockInterruptionException _ ->
          "the thread was interrupted";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      case IOException other -> String.valueOf(other.getMessage());
    };
  }

  private static void requireRegular(Path file) throws IOException {
    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
    if (found.isDirectory()) {
      throw new IOException("it is a directory; expected a file");
    }
    if (!found.isRegularFile()) {
      throw new IOException("it is a pipe, a socket or a device; expected a file");
    }
  }
}
