package dev.snapranker.store;

import java.io.IOException;
import java.time.Duration;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * S3 by the AWS SDK, with the environment's region and credentials. The SDK repeats requests that
 * S3 throttles or fails; a stream that breaks off is the caller's to go on with.
 */
public final class S3ObjectStore implements ObjectStore {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** A stream that gives nothing for so long is taken for broken. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int SERVER_ERROR = 500;

  private final S3Client client =
      S3Client.builder()
          .httpClientBuilder(
              UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
          .build();

  @Override
  public Part open(ObjectRef object, long offset, long bytes) throws IOException {
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(object.bucket())
            .key(object.key())
            .versionId(object.versionId())
            .range("bytes=%d-%d".formatted(offset, offset + bytes - 1))
            .build();
    try {
      ResponseInputStream<GetObjectResponse> content = client.getObject(request);
      return new Part(content, objectBytes(content.response()));
    } catch (S3Exception e) {
      if (e.statusCode() >= SERVER_ERROR) {
        throw new IOException(e.getMessage(), e);
      }
      throw new StoreException(object, refusal(e, offset), e);
    } catch (SdkClientException e) {
      if (e.retryable()) {
        throw new IOException(e.getMessage(), e);
      }
      throw new StoreException(object, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static String refusal(S3Exception e, long offset) {
    return switch (e.statusCode()) {
      case 404 -> "is not there (" + e.awsErrorDetails().errorCode() + ")";
      case 403 ->
          "may not be read, or is not there: S3 tells only those who may list the bucket (AccessDenied)";
      case RANGE_NOT_SATISFIABLE -> "ends before byte " + offset;
      default -> "is refused by S3: " + e.getMessage();
    };
  }

  /** From {@code Content-Range: bytes 0-99/1234}. */
  private static long objectBytes(GetObjectResponse response) {
    String range = response.contentRange();
    return range == null
        ? response.contentLength()
        : Long.parseLong(range.substring(range.lastIndexOf('/') + 1));
  }

  @Override
  public void close() {
    client.close();
  }
}
