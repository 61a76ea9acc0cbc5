package dev.snapranker.dev;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The page at {@code /} of the local server, for people; clients get the function's own answer. */
final class Playground {
  private static final Map<String, String> TYPES =
      Map.of("html", "text/html", "css", "text/css", "js", "text/javascript");

  private static final Map<String, String> FILES =
      Map.of(
          "/", "index.html",
          "/playground/style.css", "style.css",
          "/playground/app.js", "app.js",
          "/playground/candidates.js", "candidates.js",
          "/playground/dialects.js", "dialects.js");

  private Playground() {}

  /** Whether this is a browser that asks for a part of the page. */
  static boolean wants(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    String accept = Objects.requireNonNullElse(header(exchange, "Accept"), "");
    return exchange.getRequestMethod().equals("GET")
        && FILES.containsKey(path)
        && (!path.equals("/") || accept.contains("text/html"));
  }

  private static @Nullable String header(HttpExchange exchange, String name) {
    return exchange.getRequestHeaders().getFirst(name);
  }

  static void send(HttpExchange exchange) throws IOException {
    String file = Objects.requireNonNull(FILES.get(exchange.getRequestURI().getPath()));
    byte[] content = read(file);
    String type = TYPES.get(file.substring(file.indexOf('.') + 1));
    exchange.getResponseHeaders().set("content-type", type + "; charset=utf-8");
    exchange.getResponseHeaders().set("cache-control", "no-cache");
    // The page talks to this server and to nobody else.
    exchange
        .getResponseHeaders()
        .set(
            "content-security-policy", "default-src 'self'; img-src data:; frame-ancestors 'none'");
    exchange.sendResponseHeaders(200, content.length);
    exchange.getResponseBody().write(content);
  }

  private static byte[] read(String file) throws IOException {
    try (InputStream in = Playground.class.getResourceAsStream("playground/" + file)) {
      return Objects.requireNonNull(in, file + " is not in the jar").readAllBytes();
    }
  }
}
