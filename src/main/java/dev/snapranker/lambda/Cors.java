package dev.snapranker.lambda;

import dev.snapranker.wire.dialect.WarningsHeader;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.event.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers for browsers: which origin may call, and which headers scripts may send and read. */
final class Cors {
  /** Headers that clients in browsers send, in addition to those that browsers always allow. */
  static final List<String> ALLOWED_HEADERS =
      List.of(
          "authorization",
          "content-type",
          "x-api-key",
          // AWS SDK for JavaScript v3, SigV4
          "amz-sdk-invocation-id",
          "amz-sdk-request",
          "x-amz-content-sha256",
          "x-amz-date",
          "x-amz-security-token",
          "x-amz-user-agent",
          "x-amzn-trace-id",
          // Cohere's and Voyage's SDKs; some browsers let a script set the user agent
          "user-agent",
          "x-client-name",
          "x-fern-language",
          "x-fern-runtime",
          "x-fern-runtime-version",
          "x-fern-sdk-name",
          "x-fern-sdk-version");

  /** Headers of replies that a client needs. */
  static final List<String> EXPOSED_HEADERS =
      List.of(
          "allow",
          "retry-after",
          "x-amzn-errortype",
          "x-compute-type",
          "x-compute-time",
          "x-compute-characters",
          "x-compute-tokens",
          "x-total-time",
          "x-tokenization-time",
          "x-queue-time",
          "x-inference-time",
          WarningsHeader.NAME);

  private final @Nullable String origin;

  /**
   * @param origin the origin that may call, {@code *} for all, or null for none
   */
  Cors(@Nullable String origin) {
    this.origin = origin;
  }

  /** Whether the request is a preflight, which a browser sends before the call. */
  boolean isPreflight(HttpRequest request) {
    return origin != null && request.method().equals("OPTIONS");
  }

  /** The reply to a preflight. */
  HttpReply preflight(List<String> methods) {
    return new HttpReply(
        204,
        Map.of(
            "access-control-allow-methods",
            String.join(", ", methods),
            "access-control-allow-headers",
            String.join(", ", ALLOWED_HEADERS),
            "access-control-max-age",
            "600"),
        "");
  }

  /** The headers of every reply. */
  Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (origin != null) {
      headers.put("access-control-allow-origin", origin);
      headers.put("access-control-expose-headers", String.join(", ", EXPOSED_HEADERS));
      if (!origin.equals("*")) {
        headers.put("vary", "origin");
      }
    }
    return headers;
  }
}
