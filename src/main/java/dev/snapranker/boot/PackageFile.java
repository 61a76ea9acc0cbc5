package dev.snapranker.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Reads text files of the function's package. */
public final class PackageFile {
  private PackageFile() {}

  /**
   * Reads a file.
   *
   * @param name the path from the package's root, for example {@code /openapi.json}
   */
  public static String read(String name) {
    try (InputStream in = PackageFile.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(in, name + " is not in the package").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
