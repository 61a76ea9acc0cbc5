package dev.snapranker.store;

import org.jspecify.annotations.Nullable;

/**
 * An object, and which version of it.
 *
 * @param bucket empty for a file, whose path is the key
 * @param versionId null for the latest
 */
public record Place(String bucket, String key, @Nullable String versionId) {

  /** From {@code s3://BUCKET/KEY}, or a file's path. */
  public static Place parse(String place) {
    if (!place.startsWith("s3://")) {
      return new Place("", place, null);
    }
    String rest = place.substring("s3://".length());
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    if (!bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
      throw new IllegalArgumentException(
          "'%s' is not a place in S3; expected s3://BUCKET/KEY".formatted(place));
    }
    return new Place(bucket, slash < 0 ? "" : rest.substring(slash + 1), null);
  }

  /** The latest version of another key in the same bucket. */
  public Place withKey(String other) {
    return new Place(bucket, other, null);
  }

  @Override
  public String toString() {
    String uri = bucket.isEmpty() ? key : "s3://" + bucket + "/" + key;
    return versionId == null ? uri : uri + "?versionId=" + versionId;
  }
}
