package dev.snapranker.store;

import dev.snapranker.store.Place.S3Object;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Sends one request for an object, and describes why it failed. */
final class S3Request {
  private S3Request() {}

  static S3Object inS3(Place place) {
    return switch (place) {
      case S3Object object -> object;
      case Place.File file -> throw new IllegalArgumentException(file + " is not in S3");
    };
  }

  static String bucket(Place place) {
    return inS3(place).bucket();
  }

  /**
   * Sends a request.
   *
   * @param what what the request does with the object: "read", "written", …
   */
  static <T extends @Nullable Object> T send(Place object, String what, Supplier<T> request) {
    return send(object, what, "cannot be " + what, request);
  }

  /**
   * Sends a request.
   *
   * @param failed the message if none of the SDK's attempts succeeds
   */
  static <T extends @Nullable Object> T send(
      Place object, String what, String failed, Supplier<T> request) {
    try {
      return request.get();
    } catch (S3Exception e) {
      S3Refusal refusal = S3Refusal.of(e);
      throw new StoreException(
          object, refusal.isRetryable() ? failed + why(e) : refusal.problem(what), e);
    } catch (SdkException e) {
      throw new StoreException(object, failed + why(e), e);
    }
  }

  private static String why(SdkException e) {
    Integer attempts = e.numAttempts();
    String times = attempts == null || attempts == 1 ? "" : ", %d times".formatted(attempts);
    return times + ": " + words(e);
  }

  /** A reply to HEAD has no body, so S3 gives no reason. */
  private static @Nullable String words(SdkException e) {
    String missing = S3Setup.words(e);
    if (missing != null) {
      return missing;
    }
    return e instanceof S3Exception refused && S3Refusal.of(refused).words().isEmpty()
        ? "status %d from S3".formatted(refused.statusCode())
        : e.getMessage();
  }
}
