package dev.snapranker.store;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A request that S3 refused.
 *
 * @param status the HTTP status
 * @param code S3's code, for example "AccessDenied"; empty if the reply has no body
 * @param words S3's message; empty if the reply has no body
 * @param region the bucket's region, if the request went to another one
 */
record S3Refusal(int status, String code, String words, @Nullable String region) {
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int SERVER_ERROR = 500;

  private static final Pattern REGION = Pattern.compile("expecting '([a-z0-9-]+)'");

  static S3Refusal of(S3Exception e) {
    AwsErrorDetails details = e.awsErrorDetails();
    String code = details == null ? null : details.errorCode();
    if (details == null || code == null || code.isEmpty()) { // the message is the SDK's, not S3's
      return new S3Refusal(e.statusCode(), "", "", details == null ? null : region(details, ""));
    }
    String words = Objects.requireNonNullElse(details.errorMessage(), "");
    return new S3Refusal(e.statusCode(), code, words, region(details, words));
  }

  /** The bucket's region, from a header, or from the message about a signature's region. */
  private static @Nullable String region(AwsErrorDetails details, String words) {
    String header =
        details.sdkHttpResponse() == null
            ? null
            : details.sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region").orElse(null);
    Matcher region = REGION.matcher(words);
    return header == null && region.find() ? region.group(1) : header;
  }

  /**
   * Whether the same request may succeed later. A bad request may have been damaged on the way, and
   * a conflict is with another request at the same time.
   */
  boolean isRetryable() {
    boolean isBadRequest = status == BAD_REQUEST && !code.isEmpty();
    return status >= SERVER_ERROR
        || status == CONFLICT
        || (isBadRequest && !isWrongRegion() && !isOfKey());
  }

  private boolean isWrongRegion() {
    return status == 301 || status == 307 || code.equals("AuthorizationHeaderMalformed");
  }

  /** Whether the encryption key refused, which S3 uses with the caller's permissions. */
  private boolean isOfKey() {
    return code.startsWith("KMS.") || words.contains("kms:");
  }

  /** A predicate that says why an object cannot be read, written, …. */
  String problem(String what) {
    if (isWrongRegion()) {
      String elsewhere =
          region == null
              ? "a region other than AWS_REGION"
              : "region " + region + ": set AWS_REGION";
      return "cannot be %s: its bucket is in %s%s".formatted(what, elsewhere, quote());
    }
    return switch (status) {
      case NOT_FOUND -> "does not exist" + (code.isEmpty() ? "" : " (" + code + ")");
      case FORBIDDEN ->
          "cannot be %s: %s%s"
              .formatted(
                  what,
                  mayBeMissing()
                      ? "it does not exist, or access is denied; check the key and the permissions"
                      : "access is denied",
                  quote());
      case RANGE_NOT_SATISFIABLE -> "is shorter than expected";
      default -> "cannot be %s: status %d from S3%s".formatted(what, status, quote());
    };
  }

  /** Without the right to list the bucket, S3 does not say whether an object exists. */
  private boolean mayBeMissing() {
    return !isOfKey() && (code.isEmpty() || code.equals("AccessDenied"));
  }

  private String quote() {
    return words.isEmpty() ? "" : "; S3 says \"%s\" (%s)".formatted(words, code);
  }
}
