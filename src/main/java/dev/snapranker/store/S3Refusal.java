package dev.snapranker.store;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A request that S3 refused, in S3's own words where it sent any.
 *
 * @param status of HTTP
 * @param code S3's, for example "AccessDenied"; empty where the reply has no body
 * @param words S3's message; empty where the reply has no body
 * @param region where the bucket is, if that is why
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
    if (details == null || code == null || code.isEmpty()) { // the SDK has made up the message
      return new S3Refusal(e.statusCode(), "", "", details == null ? null : region(details, ""));
    }
    String words = Objects.requireNonNullElse(details.errorMessage(), "");
    return new S3Refusal(e.statusCode(), code, words, region(details, words));
  }

  /** In a header; in words, where a signature for another region was refused. */
  private static @Nullable String region(AwsErrorDetails details, String words) {
    String header =
        details.sdkHttpResponse() == null
            ? null
            : details.sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region").orElse(null);
    Matcher region = REGION.matcher(words);
    return header == null && region.find() ? region.group(1) : header;
  }

  /**
   * Whether the same request may succeed later. A bad one may have changed on its way; a conflict
   * is with another's request.
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

  /** S3 reads and writes with the caller's right on the key. */
  private boolean isOfKey() {
    return code.startsWith("KMS.") || words.contains("kms:");
  }

  /** Why an object cannot be read, written, …; follows its name. */
  String problem(String what) {
    if (isWrongRegion()) {
      String elsewhere =
          region == null
              ? "another region than AWS_REGION"
              : "region " + region + ": set AWS_REGION";
      return "cannot be %s: its bucket is in %s%s".formatted(what, elsewhere, quote());
    }
    return switch (status) {
      case NOT_FOUND -> "is not there" + (code.isEmpty() ? "" : " (" + code + ")");
      case FORBIDDEN ->
          "may not be " + what + (mayBeMissing() ? ", or is not there" : "") + quote();
      case RANGE_NOT_SATISFIABLE -> "ends before the bytes asked for";
      default -> "cannot be %s: status %d from S3%s".formatted(what, status, quote());
    };
  }

  /** S3 hides whether an object is there from those who may not list the bucket. */
  private boolean mayBeMissing() {
    return !isOfKey() && (code.isEmpty() || code.equals("AccessDenied"));
  }

  private String quote() {
    return words.isEmpty() ? "" : "; S3 says \"%s\" (%s)".formatted(words, code);
  }
}
