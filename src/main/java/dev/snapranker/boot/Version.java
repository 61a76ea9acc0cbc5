package dev.snapranker.boot;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Reads the product's version, which the build writes. */
public final class Version {
  private Version() {}

  public static String read() {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(PackageFile.read("/snapranker.properties")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }
}
