package dev.snapranker.store;

import static dev.snapranker.store.S3Request.bucket;
import static dev.snapranker.store.S3Request.send;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Writes objects with S3's multipart uploads. */
record S3Uploads(S3Client client, S3ObjectStore objects) implements Uploads {

  @Override
  public String begin(Place object) {
    return send(
        object,
        "written",
        () ->
            client
                .createMultipartUpload(request -> request.bucket(bucket(object)).key(object.key()))
                .uploadId());
  }

  @Override
  public @Nullable String add(Place object, String upload, int number, byte[] content) {
    return send(
        object,
        "written",
        () -> {
          try {
            return client
                .uploadPart(
                    request ->
                        request
                            .bucket(bucket(object))
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
    return send(
        object,
        "written",
        () -> {
          try {
            client.completeMultipartUpload(request ->
                request
                    .bucket(bucket(object))
                    .key(object.key())
                    .uploadId(upload)
                    .multipartUpload(made -> made.parts(completed)));
            return true;
          } catch (NoSuchUploadException e) {
            WritableStore.Stat there =
                objects.stat(
                    object); // perhaps an earlier attempt committed it, and its reply was lost
            return there != null && there.etag().replace("\"", "").equals(etag(parts));
          } catch (S3Exception e) {
            if (e.awsErrorDetails() != null
                && "InvalidPart".equals(e.awsErrorDetails().errorCode())) {
              return false; // another run replaced a part
            }
            throw e;
          }
        });
  }

  /** The ETag that S3 gives an object of parts: the MD5 of their MD5s, and their number. */
  private static String etag(List<String> parts) {
    MessageDigest md5 = Digests.md5();
    try {
      for (String part : parts) {
        md5.update(HexFormat.of().parseHex(part.replace("\"", "")));
      }
    } catch (IllegalArgumentException e) {
      return ""; // a part's ETag is not an MD5, so the object's ETag cannot be computed
    }
    return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
  }

  @Override
  public void discard(Place object, String upload) {
    send(
        object,
        "written",
        () -> {
          try {
            return client.abortMultipartUpload(
                request -> request.bucket(bucket(object)).key(object.key()).uploadId(upload));
          } catch (NoSuchUploadException e) {
            return null;
          }
        });
  }

  @Override
  public void discardLeftovers(Place object, @Nullable String kept) {
    List<String> uploads =
        send(
            object,
            "listed",
            () ->
                client
                    .listMultipartUploadsPaginator(
                        request -> request.bucket(bucket(object)).prefix(object.key()))
                    .uploads()
                    .stream()
                    .filter(upload -> upload.key().equals(object.key()))
                    .map(MultipartUpload::uploadId)
                    .filter(upload -> !upload.equals(kept))
                    .toList());
    uploads.forEach(upload -> discard(object, upload));
  }
}
