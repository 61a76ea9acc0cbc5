package dev.snapranker.model;

import dev.snapranker.store.Place.S3Object;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The location of a bundle in S3. The manifest contains the other files' checksums, so its version
 * pins them all.
 *
 * @param prefix the prefix without a slash at its end; empty for the bucket itself
 * @param manifestVersion the version of {@code reranker.json}; null for the latest
 */
public record S3Source(String bucket, String prefix, @Nullable String manifestVersion) {
  private static final Pattern PLACE_AND_VERSION =
      Pattern.compile("([^?]*?)/?(?:\\?versionId=([^&?\\s]+))?");

  /** Reads {@code s3://bucket/prefix[?versionId=…]}. */
  public static S3Source parse(String uri) {
    Matcher matcher = PLACE_AND_VERSION.matcher(uri);
    if (!matcher.matches()) {
      throw refused(uri);
    }
    try {
      S3Object location = S3Object.parse(matcher.group(1));
      return new S3Source(location.bucket(), location.key(), matcher.group(2));
    } catch (IllegalArgumentException e) {
      throw refused(uri);
    }
  }

  private static IllegalArgumentException refused(String uri) {
    return new IllegalArgumentException(
        "'%s' is not an S3 location; expected s3://BUCKET/PREFIX or s3://BUCKET/PREFIX?versionId=ID, %s"
            .formatted(uri, S3Object.BUCKETS));
  }

  S3Object manifest() {
    return new S3Object(bucket, key(Manifest.FILE), manifestVersion);
  }

  /** The latest version of one of the bundle's files. */
  S3Object file(String name) {
    return new S3Object(bucket, key(name), null);
  }

  private String key(String file) {
    return prefix.isEmpty() ? file : prefix + "/" + file;
  }
}
