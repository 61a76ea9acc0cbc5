package dev.snapranker.dev.cli;

import dev.snapranker.store.FileErrors;
import dev.snapranker.store.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;

/** Writes a file that the command line names. */
public final class OutputFile {
  private OutputFile() {}

  /** Refuses a file that cannot be written, before any work is done for it. */
  public static void require(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw cannot(file, "it is a folder; expected a file's name");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw cannot(file, "the folder %s does not exist; make it first".formatted(folder));
    }
    if (Files.exists(file) ? !Files.isWritable(file) : !Files.isWritable(folder)) {
      throw cannot(file, "permission denied");
    }
  }

  /** Also refuses a file that is one of the inputs, even under another name. */
  public static void require(Path file, List<Path> inputs) {
    require(file);
    for (Path input : inputs) {
      try {
        if (Files.isRegularFile(file) && Files.exists(input) && Files.isSameFile(file, input)) {
          throw cannot(file, "it is an input of this command; choose another name");
        }
      } catch (IOException e) {
        throw cannot(file, FileErrors.problem(e));
      }
    }
  }

  /** Whether two outputs, each accepted by {@link #require}, are one file under two names. */
  public static boolean areSame(Path one, Path other) {
    try {
      return target(one).equals(target(other));
    } catch (IOException e) {
      throw cannot(one, FileErrors.problem(e));
    }
  }

  /** Writes the file. An existing file keeps its content until the new content is complete. */
  public static void write(Path file, String text) {
    require(file);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        Files.write(file, bytes, StandardOpenOption.WRITE); // a device or a pipe
        return;
      }
      new WholeFile(target(file)).replace(bytes);
    } catch (IOException e) {
      throw cannot(file, FileErrors.problem(e));
    }
  }

  /** The file that is written: the one that a link names, if there is one. */
  private static Path target(Path file) throws IOException {
    if (Files.exists(file)) {
      return file.toRealPath();
    }
    Path absolute = file.toAbsolutePath();
    Path folder = Objects.requireNonNull(absolute.getParent());
    return folder.toRealPath().resolve(absolute.getFileName());
  }

  private static UsageException cannot(Path file, String why) {
    return new UsageException("%s cannot be written: %s".formatted(file, why));
  }
}
