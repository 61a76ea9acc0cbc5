package dev.snapranker.dev.serve;

import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Decides which calls the local server takes. A web page that its user happens to look at must not
 * reach it, neither under another name for this machine nor by a request that browsers send
 * unasked.
 */
final class CallerCheck {
  private static final Pattern LOCAL =
      Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d*)?", Pattern.CASE_INSENSITIVE);

  /** These methods change nothing, and a browser hides the answer from the page that asked. */
  private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");

  private final @Nullable String allowedOrigin;

  /**
   * @param allowedOrigin CORS_ALLOW_ORIGIN: an origin, {@code *}, or null for none
   */
  CallerCheck(@Nullable String allowedOrigin) {
    this.allowedOrigin = allowedOrigin;
  }

  /** Why the request is refused; null if it is not. */
  @Nullable Refusal refusal(Request request) {
    HttpFields headers = request.getHeaders();
    String host = headers.get(HttpHeader.HOST);
    if (host == null || !LOCAL.matcher(host).matches()) {
      return new Refusal(
          421, "the Host header names another machine; expected localhost, 127.0.0.1 or [::1]");
    }
    if (!HARMLESS.contains(request.getMethod()) && isForeign(headers, host)) {
      return new Refusal(
          403,
          "the request comes from another origin's page; expected CORS_ALLOW_ORIGIN to name it");
    }
    return null;
  }

  private boolean isForeign(HttpFields headers, String host) {
    if ("*".equals(allowedOrigin)) {
      return false;
    }
    String origin = headers.get(HttpHeader.ORIGIN);
    if (origin != null) {
      return !origin.equalsIgnoreCase("http://" + host) && !origin.equals(allowedOrigin);
    }
    String site = headers.get("Sec-Fetch-Site");
    return "cross-site".equals(site) || "same-site".equals(site);
  }

  /**
   * The reply to a caller that is not served.
   *
   * @param status of HTTP
   */
  record Refusal(int status, String message) {}
}
