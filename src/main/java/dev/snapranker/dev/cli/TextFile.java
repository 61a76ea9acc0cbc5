package dev.snapranker.dev.cli;

import dev.snapranker.store.GzipInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens text files in UTF-8; a file whose name ends in .gz is decompressed. */
public final class TextFile {
  private static final int BUFFER = 1 << 16;

  private TextFile() {}

  public static BufferedReader open(Path file) throws IOException {
    InputStream bytes;
    try {
      bytes = Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": no such file");
    }
    InputStream content = file.toString().endsWith(".gz") ? new GzipInput(bytes) : bytes;
    return new BufferedReader(
        new InputStreamReader(content, StandardCharsets.UTF_8.newDecoder()), BUFFER);
  }
}
