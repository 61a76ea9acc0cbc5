package dev.snapranker.dev.cli;

import dev.snapranker.store.FileErrors;
import dev.snapranker.store.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file named on the command line that a command writes. */
public final class OutputFile {
  private OutputFile() {}

  /** Refuses what cannot be written, before anything is calculated for it. */
  public static void require(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw cannot(file, "it is a folder; expected a file's name");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw cannot(file, "there is no folder %s; make it first".formatted(folder));
    }
    if (Files.exists(file) ? !Files.isWritable(file) : !Files.isWritable(folder)) {
      throw cannot(file, "permission denied");
    }
  }

  /** Refuses an input, by whatever name, as well. */
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

  /** A file that is there keeps its content until the new one is whole. */
  public static void write(Path file, String text) {
    require(file);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        Files.write(file, bytes, StandardOpenOption.WRITE); // a device or a pipe
        return;
      }
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      new WholeFile(target).replace(bytes);
    } catch (IOException e) {
      throw cannot(file, FileErrors.problem(e));
    }
  }

  private static UsageException cannot(Path file, String why) {
    return new UsageException("%s cannot be written: %s".formatted(file, why));
  }
}
