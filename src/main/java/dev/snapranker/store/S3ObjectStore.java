package dev.snapranker.store;

import static dev.snapranker.store.S3Request.bucket;
import static dev.snapranker.store.S3Request.inS3;
import static dev.snapranker.store.S3Request.send;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * Reads and writes objects in S3 through the AWS SDK, with the environment's region and
 * credentials. The SDK repeats requests that fail or that S3 throttles, and {@link RangeReader}
 * resumes streams that break off. Uploads have a checksum, which S3 verifies.
 */
public final class S3ObjectStore implements WritableStore {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** A stream without a byte for this long counts as broken. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final int MAX_ATTEMPTS = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

  /**
   * Longer, because S3 then needs fewer requests: 8 attempts take 13 to 27 s instead of about 6 s.
   */
  private static final Duration FIRST_THROTTLED_PAUSE = Duration.ofSeconds(1);

  private static final Duration LONGEST_THROTTLED_PAUSE = Duration.ofSeconds(5);

  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int UNAVAILABLE = 503;

  private final S3Client client = client();

  private static S3Client client() {
    try {
      return S3Client.builder()
          .httpClientBuilder(
              UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
          .overrideConfiguration(configuration ->
              configuration.retryStrategy(retries()).addExecutionInterceptor(new WholeReplies()))
          .build();
    } catch (SdkClientException e) {
      throw S3Setup.explained(e);
    }
  }

  static RetryStrategy retries() {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(MAX_ATTEMPTS)
        .backoffStrategy(BackoffStrategy.exponentialDelay(FIRST_PAUSE, LONGEST_PAUSE))
        // A reply to HEAD has no body, so it cannot contain the code "SlowDown".
        .treatAsThrottling(e ->
            e instanceof S3Exception refused
                && (refused.isThrottlingException() || refused.statusCode() == UNAVAILABLE))
        .throttlingBackoffStrategy(
            BackoffStrategy.exponentialDelayHalfJitter(
                FIRST_THROTTLED_PAUSE, LONGEST_THROTTLED_PAUSE))
        .circuitBreakerEnabled(false) // a long job may meet many failures, each of them temporary
        .retryOnException(
            e -> e instanceof S3Exception refused && S3Refusal.of(refused).isRetryable())
        .build();
  }

  @Override
  public Part open(Place object, long offset, long bytes) {
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(bucket(object))
            .key(object.key())
            .versionId(inS3(object).versionId())
            .range("bytes=%d-%d".formatted(offset, offset + bytes - 1))
            .build();
    return send(
        object,
        "read",
        "broke off at byte " + offset,
        () -> {
          ResponseInputStream<GetObjectResponse> content = client.getObject(request);
          return new Part(content, objectBytes(content.response()), content.response().eTag());
        });
  }

  @Override
  public @Nullable Stat stat(Place object) {
    return send(
        object,
        "read",
        () -> {
          try {
            HeadObjectResponse head =
                client.headObject(request -> request.bucket(bucket(object)).key(object.key()));
            return new Stat(head.contentLength(), head.eTag(), md5(head));
          } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND
                || (e.statusCode() == FORBIDDEN && !isListed(object, e))) {
              return null;
            }
            throw S3Refusal.of(e).isRetryable() ? e : inWords(object, e);
          }
        });
  }

  /**
   * Whether an object exists whose HEAD was refused. Without the right to list the bucket, S3
   * replies with status 403 for a missing object, but listing this key alone may be allowed.
   */
  private boolean isListed(Place object, S3Exception refused) {
    try {
      return client
          .listObjectsV2(list -> list.bucket(bucket(object)).prefix(object.key()).maxKeys(1))
          .contents()
          .stream()
          .anyMatch(listed -> listed.key().equals(object.key()));
    } catch (S3Exception e) {
      throw inWords(object, refused);
    }
  }

  /** A refusal with S3's reason. A reply to HEAD has no body, so this sends a GET. */
  private S3Exception inWords(Place object, S3Exception wordless) {
    try {
      client
          .getObject(request -> request.bucket(bucket(object)).key(object.key()).range("bytes=0-0"))
          .abort();
      return wordless;
    } catch (S3Exception e) {
      return S3Refusal.of(e).words().isEmpty() ? wordless : e;
    }
  }

  @Override
  public @Nullable String digest(Place object) {
    Stat stat = stat(object);
    return stat == null ? null : stat.etag();
  }

  @Override
  public Object identity(Place object) {
    return object;
  }

  @Override
  public Place canonical(Place object) {
    return object;
  }

  /**
   * The MD5 if it is known: the ETag, except for objects that were uploaded in parts or encrypted
   * with keys of KMS or the caller.
   */
  private static @Nullable String md5(HeadObjectResponse head) {
    String etag = head.eTag().replace("\"", "");
    boolean plain =
        head.sseCustomerAlgorithm() == null
            && (head.serverSideEncryption() == null
                || head.serverSideEncryption() == ServerSideEncryption.AES256);
    return plain && etag.matches("[0-9a-f]{32}") ? etag : null;
  }

  @Override
  public List<Listed> list(Place prefix) {
    return send(
        prefix,
        "listed",
        () -> {
          List<Listed> listed = new ArrayList<>();
          for (var each :
              client
                  .listObjectsV2Paginator(
                      request -> request.bucket(bucket(prefix)).prefix(prefix.key()))
                  .contents()) {
            listed.add(new Listed(prefix.withKey(each.key()), each.size()));
          }
          return listed;
        });
  }

  @Override
  public void put(Place object, byte[] content) {
    send(
        object,
        "written",
        () ->
            client.putObject(
                request -> request.bucket(bucket(object)).key(object.key()),
                RequestBody.fromBytes(content)));
  }

  @Override
  public boolean putNew(Place object, byte[] content) {
    return send(
        object,
        "written",
        () -> {
          try {
            client.putObject(
                request -> request.bucket(bucket(object)).key(object.key()).ifNoneMatch("*"),
                RequestBody.fromBytes(content));
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
              return false; // perhaps an earlier attempt wrote it, and its reply was lost
            }
            throw e;
          }
        });
  }

  @Override
  public Uploads uploads() {
    return new S3Uploads(client, this);
  }

  /** Reads the size from {@code Content-Range: bytes 0-99/1234}. */
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
