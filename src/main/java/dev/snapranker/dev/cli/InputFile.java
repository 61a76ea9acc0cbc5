package dev.snapranker.dev.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a file that the command line names; {@code -} is standard input. */
public final class InputFile {
  private InputFile() {}

  /** The folder in which relative paths start. */
  public static Path here() {
    return Path.of("").toAbsolutePath();
  }

  public static byte[] read(Path file) {
    try {
      return file.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": no such file; a relative path starts in " + here());
    } catch (IOException e) {
      throw new UsageException(file + " cannot be read: " + e.getMessage());
    }
  }
}
