package dev.snapranker.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * S3 by the AWS SDK, with the environment's region and credentials. The SDK repeats requests that
 * S3 throttles or fails; a stream that breaks off is the caller's to go on with. What is uploaded
 * carries a checksum, which S3 verifies.
 */
public final class S3ObjectStore implements WritableStore {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** A stream that gives nothing for so long is taken for broken. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final S3Client client =
      S3Client.builder()
          .httpClientBuilder(
              UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
          .build();

  @Override
  public Part open(Place object, long offset, long bytes) throws IOException {
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(object.bucket())
            .key(object.key())
            .versionId(object.versionId())
            .range("bytes=%d-%d".formatted(offset, offset + bytes - 1))
            .build();
    return once(
        object,
        "read",
        () -> {
          ResponseInputStream<GetObjectResponse> content = client.getObject(request);
          return new Part(content, objectBytes(content.response()), content.response().eTag());
        });
  }

  @Override
  public @Nullable Stat stat(Place object) {
    return retry(
        object,
        "read",
        () -> {
          try {
            HeadObjectResponse head =
                client.headObject(request -> request.bucket(object.bucket()).key(object.key()));
            return new Stat(head.contentLength(), head.eTag(), md5(head));
          } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND
                || (e.statusCode() == FORBIDDEN && !isListed(object, e))) {
              return null;
            }
            throw inWords(object, e);
          }
        });
  }

  /**
   * Whether an object whose HEAD was refused is there at all: without the right to list the whole
   * bucket, S3 forbids what is missing, but a list of this key alone may be allowed.
   */
  private boolean isListed(Place object, S3Exception refused) {
    try {
      return client
          .listObjectsV2(list -> list.bucket(object.bucket()).prefix(object.key()).maxKeys(1))
          .contents()
          .stream()
          .anyMatch(listed -> listed.key().equals(object.key()));
    } catch (S3Exception e) {
      throw inWords(object, refused);
    }
  }

  /** A reply to HEAD has no body: the same refusal of a GET says why. */
  private S3Exception inWords(Place object, S3Exception wordless) {
    try {
      client
          .getObject(
              request -> request.bucket(object.bucket()).key(object.key()).range("bytes=0-0"))
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
  public Place real(Place object) {
    return object;
  }

  /** The ETag, but not of objects uploaded in parts or encrypted with keys of KMS or the caller. */
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
    return retry(
        prefix,
        "listed",
        () -> {
          List<Listed> listed = new ArrayList<>();
          for (S3Object each :
              client
                  .listObjectsV2Paginator(
                      request -> request.bucket(prefix.bucket()).prefix(prefix.key()))
                  .contents()) {
            listed.add(new Listed(prefix.withKey(each.key()), each.size()));
          }
          return listed;
        });
  }

  @Override
  public void put(Place object, byte[] content) {
    retry(
        object,
        "written",
        () ->
            client.putObject(
                request -> request.bucket(object.bucket()).key(object.key()),
                RequestBody.fromBytes(content)));
  }

  @Override
  public boolean putNew(Place object, byte[] content) {
    return retry(
        object,
        "written",
        () -> {
          try {
            client.putObject(
                request -> request.bucket(object.bucket()).key(object.key()).ifNoneMatch("*"),
                RequestBody.fromBytes(content));
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
              return false; // also where an earlier attempt put it, and its reply was lost
            }
            if (e.statusCode() == CONFLICT) { // with another's attempt; the next one knows its end
              throw new UncheckedIOException(new IOException(e.getMessage(), e));
            }
            throw e;
          }
        });
  }

  @Override
  public void delete(Place object) {
    retry(
        object,
        "deleted",
        () -> client.deleteObject(request -> request.bucket(object.bucket()).key(object.key())));
  }

  @Override
  public String begin(Place object) {
    return retry(
        object,
        "written",
        () ->
            client
                .createMultipartUpload(request -> request.bucket(object.bucket()).key(object.key()))
                .uploadId());
  }

  @Override
  public @Nullable String upload(Place object, String upload, int number, byte[] content) {
    return retry(
        object,
        "written",
        () -> {
          try {
            return client
                .uploadPart(
                    request ->
                        request
                            .bucket(object.bucket())
                            .key(object.key())
                            .uploadId(upload)
                            .partNumber(number),
                    RequestBody.fromBytes(content))
                .eTag();
          } catch (NoSuchUploadException e) {
            return null;
          }
        });
  }

  @Override
  public boolean commit(Place object, String upload, List<String> parts) {
    List<CompletedPart> completed = new ArrayList<>();
    for (String etag : parts) {
      int number = completed.size() + 1;
      completed.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
    }
    return retry(
        object,
        "written",
        () -> {
          try {
            client.completeMultipartUpload(request ->
                request
                    .bucket(object.bucket())
                    .key(object.key())
                    .uploadId(upload)
                    .multipartUpload(made -> made.parts(completed)));
            return true;
          } catch (NoSuchUploadException e) {
            Stat there = stat(object); // committed by an earlier attempt, whose reply was lost?
            return there != null && there.etag().replace("\"", "").equals(etag(parts));
          } catch (S3Exception e) {
            if (e.awsErrorDetails() != null
                && "InvalidPart".equals(e.awsErrorDetails().errorCode())) {
              return false; // another run replaced one
            }
            throw e;
          }
        });
  }

  /** What S3 calls an object of parts: the MD5 of their MD5s, and how many they are. */
  private static String etag(List<String> parts) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      for (String part : parts) {
        md5.update(HexFormat.of().parseHex(part.replace("\"", "")));
      }
      return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    } catch (IllegalArgumentException e) {
      return ""; // a part's ETag is no checksum: the object's cannot be told
    }
  }

  @Override
  public void discard(Place object, String upload) {
    retry(
        object,
        "written",
        () -> {
          try {
            return client.abortMultipartUpload(
                request -> request.bucket(object.bucket()).key(object.key()).uploadId(upload));
          } catch (NoSuchUploadException e) {
            return null;
          }
        });
  }

  @Override
  public void discardOthers(Place object, @Nullable String kept) {
    List<String> uploads =
        retry(
            object,
            "listed",
            () ->
                client
                    .listMultipartUploadsPaginator(
                        request -> request.bucket(object.bucket()).prefix(object.key()))
                    .uploads()
                    .stream()
                    .filter(upload -> upload.key().equals(object.key()))
                    .map(MultipartUpload::uploadId)
                    .filter(upload -> !upload.equals(kept))
                    .toList());
    uploads.forEach(upload -> discard(object, upload));
  }

  private static <T extends @Nullable Object> T retry(
      Place object, String what, Supplier<T> call) {
    return Backoff.retry(object, "cannot be " + what, () -> once(object, what, call));
  }

  /**
   * One request.
   *
   * @throws IOException if another may succeed
   */
  private static <T extends @Nullable Object> T once(
      Place object, String what, Supplier<T> call) throws IOException {
    try {
      return call.get();
    } catch (S3Exception e) {
      S3Refusal refusal = S3Refusal.of(e);
      if (refusal.mayPass()) {
        throw new IOException(e.getMessage(), e);
      }
      throw new StoreException(object, refusal.problem(what), e);
    } catch (SdkClientException e) {
      if (e.retryable() || e.getCause() instanceof IOException) {
        throw new IOException(e.getMessage(), e);
      }
      throw new StoreException(object, "cannot be %s: %s".formatted(what, e.getMessage()), e);
    } catch (UncheckedIOException e) { // the reply's body broke off
      throw new IOException(e.getMessage(), e);
    }
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
