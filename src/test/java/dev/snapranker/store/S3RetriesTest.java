package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.RetryToken;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** How long the store waits for S3, asked of the SDK's strategy: no test waits for it. */
class S3RetriesTest {
  private static final int REPEATS = 7; // of eight attempts
  private final S3Exception head = refusal(503, null);
  private final S3Exception get = refusal(503, "SlowDown");
  private final S3Exception broken = refusal(500, "InternalError");

  private final RetryStrategy retries = S3ObjectStore.retries();

  @Test
  void aThrottledRequestIsRepeatedForThirteenSecondsAtLeast() {
    for (S3Exception throttled : new S3Exception[] {head, get, refusal(429, null)}) {
      assertThat(pauses(throttled)).isBetween(Duration.ofSeconds(13), Duration.ofSeconds(27));
    }
  }

  @Test
  void aBrokenRequestIsRepeatedSooner() {
    assertThat(pauses(broken)).isLessThan(Duration.ofSeconds(13));
  }

  @Test
  void theEighthFailureIsTheLast() {
    for (S3Exception failure : new S3Exception[] {head, get, broken}) {
      RetryToken token = begin();
      for (int i = 0; i < REPEATS; i++) {
        token = repeat(token, failure).token();
      }
      RetryToken last = token;
      assertThatThrownBy(() -> repeat(last, failure))
          .isInstanceOf(TokenAcquisitionFailedException.class);
    }
  }

  @Test
  void aRequestThatCannotSucceedIsNotRepeated() {
    RetryToken token = begin();
    assertThatThrownBy(() -> repeat(token, refusal(403, "AccessDenied")))
        .isInstanceOf(TokenAcquisitionFailedException.class);
  }

  @Test
  void aLongJobMayMeetManyFailures() {
    for (int request = 0; request < 1000; request++) {
      assertThat(repeat(begin(), broken).token()).isNotNull();
    }
  }

  private Duration pauses(S3Exception failure) {
    RetryToken token = begin();
    Duration pauses = Duration.ZERO;
    for (int i = 0; i < REPEATS; i++) {
      RefreshRetryTokenResponse repeated = repeat(token, failure);
      pauses = pauses.plus(repeated.delay());
      token = repeated.token();
    }
    return pauses;
  }

  private RetryToken begin() {
    return retries.acquireInitialToken(AcquireInitialTokenRequest.create("s3")).token();
  }

  private RefreshRetryTokenResponse repeat(RetryToken token, S3Exception failure) {
    return retries.refreshRetryToken(
        RefreshRetryTokenRequest.builder().token(token).failure(failure).build());
  }

  private static S3Exception refusal(int status, @Nullable String code) {
    return (S3Exception)
        S3Exception.builder()
            .statusCode(status)
            .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage("m").build())
            .build();
  }
}
