package dev.snapranker.store;

import org.jspecify.annotations.Nullable;

/**
 * An object, and which version of it.
 *
 * @param versionId null for the latest
 */
public record ObjectRef(String bucket, String key, @Nullable String versionId) {
  @Override
  public String toString() {
    String uri = "s3://" + bucket + "/" + key;
    return versionId == null ? uri : uri + "?versionId=" + versionId;
  }
}
