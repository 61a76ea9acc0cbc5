package dev.snapranker.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where an object or a folder is: in S3 or on a file system. */
public sealed interface Place {

  /** The key in S3, or the file's path. Names in it are separated by slashes. */
  String key();

  /** The latest version of another key in the same bucket, or another file. */
  Place withKey(String other);

  /** The last name of the key. */
  default String name() {
    return key().substring(folder().length());
  }

  /** The key up to and including its last slash. */
  default String folder() {
    return key().substring(0, key().lastIndexOf('/') + 1);
  }

  /** From {@code s3://BUCKET/KEY} or a file's path. */
  static Place parse(String place) {
    return place.startsWith(S3Object.SCHEME) ? S3Object.parse(place) : new File(place);
  }

  /**
   * An object in S3, or a prefix of keys.
   *
   * @param versionId null for the latest version
   */
  record S3Object(String bucket, String key, @Nullable String versionId) implements Place {
    private static final String SCHEME = "s3://";

    /** What a bucket may be called, for messages. */
    public static final String BUCKETS =
        "with a bucket of 3 to 63 lower-case letters, digits, dots and hyphens";

    private static final Pattern URI =
        Pattern.compile(SCHEME + "([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", Pattern.DOTALL);

    /** The latest version of {@code s3://BUCKET/KEY}. */
    public static S3Object parse(String uri) {
      Matcher matcher = URI.matcher(uri);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "'%s' is not a place in S3; expected s3://BUCKET/KEY, %s".formatted(uri, BUCKETS));
      }
      return new S3Object(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2), null);
    }

    @Override
    public S3Object withKey(String other) {
      return new S3Object(bucket, other, null);
    }

    @Override
    public String toString() {
      String uri = SCHEME + bucket + "/" + key;
      return versionId == null ? uri : uri + "?versionId=" + versionId;
    }
  }

  /** A file or a folder on this machine. */
  record File(String key) implements Place {
    @Override
    public File withKey(String other) {
      return new File(other);
    }

    @Override
    public String toString() {
      return key;
    }
  }
}
