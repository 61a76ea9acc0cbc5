package dev.snapranker.dev.serve;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
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

  /** The whole list: no other name leads to a file. */
  private static final List<String> PARTS =
      List.of(
          "style.css",
          "app.js",
          "candidates.js",
          "compare.js",
          "dialects.js",
          "dom.js",
          "errors.js",
          "example.js",
          "form.js",
          "keys.js",
          "opened.js",
          "pasted.js",
          "result.js",
          "server.js",
          "text.js");

  private static final Map<String, String> FILES = files();

  /** The page talks to this server and to no other, and no text becomes a script or markup. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private Playground() {}

  /** By path. */
  private static Map<String, String> files() {
    Map<String, String> files = new HashMap<>();
    files.put("/", "index.html");
    PARTS.forEach(part -> files.put("/playground/" + part, part));
    return Map.copyOf(files);
  }

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
    headers.put("content-security-policy", POLICY);
    headers.put("referrer-policy", "no-referrer");
    try (InputStream in = Playground.class.getResourceAsStream("playground/" + file)) {
      return Objects.requireNonNull(in, file + " is not in the jar").readAllBytes();
    }
  }
}
