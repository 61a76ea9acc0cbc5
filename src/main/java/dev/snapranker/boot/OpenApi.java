package dev.snapranker.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The OpenAPI description of all routes, openapi.json. */
public final class OpenApi {
  private OpenApi() {}

  public static String read() {
    try (InputStream in = OpenApi.class.getResourceAsStream("/openapi.json")) {
      return new String(
          Objects.requireNonNull(in, "openapi.json is not in the package").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
