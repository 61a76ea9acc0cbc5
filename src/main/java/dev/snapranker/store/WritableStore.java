package dev.snapranker.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes objects. An object appears whole or not at all. Each method may be repeated,
 * after a failure or by another process, without doing harm. All throw {@link StoreException} if
 * the store refuses, or if the connection fails again and again. Safe for use by many threads at
 * once.
 */
public interface WritableStore extends ObjectStore {
  /** What is known of an object; null if it is not there. */
  @Nullable Stat stat(Place object);

  /**
   * Says which content an object has: two objects of one size and one digest have the same. In S3
   * it is the ETag, of a file the SHA-256. Null if the object is not there.
   */
  @Nullable String digest(Place object);

  /**
   * What an object is, whatever its names are: two places with equal identities are one object, so
   * that writing one changes the other. Null if nothing is there.
   */
  @Nullable Object identity(Place object);

  /** The object's one full name, whether it is there or not: of a file, its real path. */
  Place canonical(Place object);

  /** All objects whose keys start with the prefix's, in the order of their keys. */
  List<Listed> list(Place prefix);

  void put(Place object, byte[] content);

  /** Puts an object that is not there yet; false if one is there. */
  boolean putNew(Place object, byte[] content);

  /** Writes large objects, part by part. */
  Uploads uploads();

  /**
   * An object.
   *
   * @param etag changes when the object does
   * @param md5 of its content in lower-case hexadecimal; null where the store does not know
   */
  record Stat(long bytes, String etag, @Nullable String md5) {}

  /** An object in a list. */
  record Listed(Place object, long bytes) {}
}
