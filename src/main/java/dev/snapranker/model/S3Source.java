package dev.snapranker.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a bundle is in S3. The manifest holds the other files' checksums, so its version pins them
 * all.
 *
 * @param prefix without a slash at its end; empty for the bucket itself
 * @param manifestVersion the version of {@code reranker.json}; null for the latest
 */
public record S3Source(String bucket, String prefix, @Nullable String manifestVersion) {
  private static final Pattern URI =
      Pattern.compile("s3://([a-z0-9.-]{3,63})(?:/([^?]*?))?/?(?:\\?versionId=([^&?\\s]+))?");

  /** From {@code s3://bucket/prefix[?versionId=…]}. */
  public static S3Source parse(String uri) {
    Matcher matcher = URI.matcher(uri);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a place in S3; expected s3://BUCKET/PREFIX or s3://BUCKET/PREFIX?versionId=ID"
              .formatted(uri));
    }
    String prefix = matcher.group(2);
    return new S3Source(matcher.group(1), prefix == null ? "" : prefix, matcher.group(3));
  }

  /** The key of one of the bundle's files. */
  String key(String file) {
    return prefix.isEmpty() ? file : prefix + "/" + file;
  }
}
