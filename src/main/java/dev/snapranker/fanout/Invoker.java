package dev.snapranker.fanout;

import java.time.Duration;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.LambdaClientBuilder;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/**
 * Invokes a function's alias through the AWS SDK, with the environment's region and credentials. It
 * repeats nothing: {@link OtherEnvironments} decides what is tried again.
 */
final class Invoker implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(1);

  /** Longer than any call; each invocation has a limit of its own. */
  private static final Duration SILENCE = Duration.ofMinutes(15);

  private final Target target;
  private final LambdaClient client;

  Invoker(Target target) {
    this.target = target;
    LambdaClientBuilder builder =
        LambdaClient.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
            .overrideConfiguration(
                configuration -> configuration.retryStrategy(AwsRetryStrategy.doNotRetry()));
    if (target.endpoint() != null) {
      builder
          .endpointOverride(target.endpoint())
          .region(Region.US_EAST_1)
          .credentialsProvider(AnonymousCredentialsProvider.create());
    }
    this.client = builder.build();
  }

  /**
   * Invokes the function and waits for its reply. After an interrupt it returns soon.
   *
   * @param limit how long to wait
   */
  Invoked invoke(byte[] event, Duration limit) {
    InvokeRequest request =
        InvokeRequest.builder()
            .functionName(target.function())
            .qualifier(target.alias())
            .payload(SdkBytes.fromByteArrayUnsafe(event))
            .overrideConfiguration(configuration -> configuration.apiCallTimeout(limit))
            .build();
    try {
      InvokeResponse response = client.invoke(request);
      return response.functionError() == null
          ? new Invoked.Replied(response.payload().asUtf8String())
          : new Invoked.Failed("function error: " + response.functionError());
    } catch (TooManyRequestsException e) {
      return new Invoked.Throttled();
    } catch (ApiCallTimeoutException e) {
      return new Invoked.Failed("timeout");
    } catch (AwsServiceException e) {
      return new Invoked.Failed(
          e.statusCode()
              + " "
              + (e.awsErrorDetails() == null
                  ? ""
                  : Objects.requireNonNullElse(e.awsErrorDetails().errorCode(), "")));
    } catch (SdkException | IllegalStateException e) { // the latter if the client was closed
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return new Invoked.Failed(cause.getClass().getSimpleName());
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
