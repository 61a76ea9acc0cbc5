package dev.snapranker.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The product's version, as the build wrote it. */
public final class Version {
  private Version() {}

  public static String read() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("/snapranker.properties")) {
      properties.load(Objects.requireNonNull(in, "snapranker.properties is not in the package"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }
}
