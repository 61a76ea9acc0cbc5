package dev.snapranker.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes objects. An object appears complete or not at all. Each method may safely be
 * repeated, after a failure or by another process. All methods throw {@link StoreException} if the
 * store refuses, or if all attempts fail. Thread-safe.
 */
public interface WritableStore extends ObjectStore {
  /** An object's size and tags; null if it does not exist. */
  @Nullable Stat stat(Place object);

  /**
   * A digest of the content: objects with equal sizes and digests have the same content. In S3 it
   * is the ETag, for a file the SHA-256. Null if the object does not exist.
   */
  @Nullable String digest(Place object);

  /**
   * The object's identity, whatever its name: two places with equal identities are the same object,
   * so writing to one changes the other. Null if the object does not exist.
   */
  @Nullable Object identity(Place object);

  /** The object's unique name, even if it does not exist: for a file, its real path. */
  Place canonical(Place object);

  /** All objects whose keys begin with the prefix, in the order of their keys. */
  List<Listed> list(Place prefix);

  void put(Place object, byte[] content);

  /** Writes an object that does not exist yet; false if it exists. */
  boolean putNew(Place object, byte[] content);

  /** Writes large objects, part by part. */
  Uploads uploads();

  /**
   * An object's size and tags.
   *
   * @param etag a tag that changes with the object
   * @param md5 the content's MD5 in lower-case hexadecimal; null if the store does not know it
   */
  record Stat(long bytes, String etag, @Nullable String md5) {}

  /** An object in a list. */
  record Listed(Place object, long bytes) {}
}
