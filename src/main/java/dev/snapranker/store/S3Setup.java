package dev.snapranker.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * What is missing before S3 can be asked at all. The SDK lists every place where it looked; we say
 * what to set.
 */
final class S3Setup {
  /** By how the SDK's own message begins. */
  private static final Map<String, String> EXPLANATIONS =
      Map.of(
          "Unable to load region",
          "no AWS region is set, which S3 needs; set AWS_REGION to the bucket's region, for example"
              + " AWS_REGION=us-east-1, or a region in ~/.aws/config",
          "Unable to load credentials",
          "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or"
              + " AWS_PROFILE (after aws configure or aws sso login)");

  private S3Setup() {}

  /** The failure to make a client, in our words if we have some. */
  static RuntimeException explained(SdkClientException e) {
    String words = words(e);
    return words == null ? e : new IllegalArgumentException(words, e);
  }

  /** What to set; null if something else failed. */
  static @Nullable String words(Exception e) {
    String message = String.valueOf(e.getMessage());
    for (Map.Entry<String, String> each : EXPLANATIONS.entrySet()) {
      if (message.startsWith(each.getKey())) {
        return each.getValue();
      }
    }
    return null;
  }
}
