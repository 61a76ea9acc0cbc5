package dev.snapranker.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes objects. An object appears whole or not at all, large ones too: those are
 * uploaded in parts, and committed at the end. Each method may be repeated, after a failure or by
 * another process, without doing harm. All throw {@link StoreException} if the store refuses, or
 * the connection fails again and again. Safe for use by many threads at once.
 */
public interface WritableStore extends ObjectStore {
  /** Every part but the last has at least so many bytes (S3's own rule). */
  int LEAST_PART_BYTES = 5 << 20;

  /** What is known of an object; null if it is not there. */
  @Nullable Stat stat(Place object);

  /**
   * Says which content an object has: two objects of one size and one digest have the same. In S3
   * it is the ETag, of a file the SHA-256. Null if the object is not there.
   */
  @Nullable String digest(Place object);

  /**
   * What an object is, under whatever names: objects with equal identities are one and the same, so
   * that writing one changes the other. Null if there can be none, as nothing is there.
   */
  @Nullable Object identity(Place object);

  /** The object by its one full name, be it there or not: a file's real path. */
  Place real(Place object);

  /** All objects whose keys start with the prefix's, in the order of their keys. */
  List<Listed> list(Place prefix);

  void put(Place object, byte[] content);

  /** Puts an object that is not there yet; false if one is there. */
  boolean putNew(Place object, byte[] content);

  /** Does nothing if it is not there. */
  void delete(Place object);

  /** Starts an upload, and gives its name. */
  String begin(Place object);

  /**
   * Uploads one part.
   *
   * @param number from 1; a part of the same number is replaced
   * @return what {@link #commit} needs to know of it; null if the upload is gone
   */
  @Nullable String upload(Place object, String upload, int number, byte[] content);

  /**
   * Makes the object of its parts.
   *
   * @param parts what {@link #upload} gave, by number
   * @return whether the object is there now, if by an earlier attempt; false if the upload is gone
   *     or has other parts
   */
  boolean commit(Place object, String upload, List<String> parts);

  /** Forgets an upload and its parts. */
  void discard(Place object, String upload);

  /**
   * Forgets all else that is on its way to an object: uploads, and what killed writers left. A
   * writer that is still at work finds its upload gone.
   *
   * @param kept an upload that stays; null for none
   */
  void discardOthers(Place object, @Nullable String kept);

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
