package dev.snapranker.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The location of an object or a folder, in S3 or on a file system. */
public sealed interface Place {

  /** The key in S3, or the file's path. Slashes separate its names. */
  String key();

  /** The location of another key in the same bucket (its latest version), or of another file. */
  Place withKey(String other);

  /** The last name of the key. */
  default String name() {
    return key().substring(folder().length());
  }

  /** The key up to and including its last slash. */
  default String folder() {
    return key().substring(0, key().lastIndexOf('/') + 1);
  }

  /** Reads {@code s3://BUCKET/KEY} or a file's path. */
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

    /** Reads {@code s3://BUCKET/KEY}, which means its latest version. */
    public static S3Object parse(String uri) {
      Matcher matcher = URI.matcher(uri);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "'%s' is not an S3 location; expected s3://BUCKET/KEY, %s".formatted(uri, BUCKETS));
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
