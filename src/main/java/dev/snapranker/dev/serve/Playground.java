package dev.snapranker.dev.serve;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** The page at {@code /} of the local server, for people; clients get the function's own answer. */
final class Playground {
  private static final Set<String> METHODS = Set.of("GET", "HEAD"); // Jetty sends no body to HEAD

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
  static boolean wants(Request request) {
    String path = request.getHttpURI().getPath();
    String accept = Objects.requireNonNullElse(request.getHeaders().get(HttpHeader.ACCEPT), "");
    return METHODS.contains(request.getMethod())
        && FILES.containsKey(path)
        && (!path.equals("/") || accept.contains("text/html"));
  }

  /** The part of the page, whose headers are set. */
  static byte[] read(Request request, HttpFields.Mutable headers) throws IOException {
    String file = Objects.requireNonNull(FILES.get(request.getHttpURI().getPath()));
    String type = TYPES.get(file.substring(file.indexOf('.') + 1));
    headers.put("content-type", type + "; charset=utf-8");
    headers.put("cache-control", "no-cache");
    // The page talks to this server and to nobody else.
    headers.put(
        "content-security-policy", "default-src 'self'; img-src data:; frame-ancestors 'none'");
    try (InputStream in = Playground.class.getResourceAsStream("playground/" + file)) {
      return Objects.requireNonNull(in, file + " is not in the jar").readAllBytes();
    }
  }
}
