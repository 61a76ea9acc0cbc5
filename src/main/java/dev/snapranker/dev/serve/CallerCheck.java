package dev.snapranker.dev.serve;

import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests the local server accepts. It refuses requests from other web pages in the
 * user's browser, even if they use another name for this machine or need no preflight.
 */
final class CallerCheck {
  private static final Pattern LOCAL =
      Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d*)?", Pattern.CASE_INSENSITIVE);

  /** These methods change nothing, and a browser hides the reply from pages of other origins. */
  private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");

  private final @Nullable String allowedOrigin;

  /**
   * @param allowedOrigin CORS_ALLOW_ORIGIN: an origin, {@code *}, or null for none
   */
  CallerCheck(@Nullable String allowedOrigin) {
    this.allowedOrigin = allowedOrigin;
  }

  /** The reason for a refusal; null if the request is accepted. */
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
          "the request comes from a page of another origin; set CORS_ALLOW_ORIGIN to allow it");
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
   * The reply to a refused request.
   *
   * @param status the HTTP status
   */
  record Refusal(int status, String message) {}
}
