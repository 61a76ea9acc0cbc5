package dev.snapranker.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects that are written in parts. An object appears when its upload is committed. Each method
 * may be repeated, after a failure or by another process, without doing harm.
 */
public interface Uploads {
  /** The least size of every part but the last (S3's own rule). */
  int LEAST_PART_BYTES = 5 << 20;

  /** Begins an upload, and returns its name. */
  String begin(Place object);

  /**
   * Adds one part.
   *
   * @param number from 1; a part of the same number is replaced
   * @return what {@link #commit} needs to know of the part; null if the upload is gone
   */
  @Nullable String add(Place object, String upload, int number, byte[] content);

  /**
   * Makes the object of its parts.
   *
   * @param parts what {@link #add} returned, by number
   * @return whether the object is there now, perhaps by an earlier attempt; false if the upload is
   *     gone or has other parts
   */
  boolean commit(Place object, String upload, List<String> parts);

  /** Removes an upload and its parts. */
  void discard(Place object, String upload);

  /**
   * Removes what killed writers of an object left: their uploads and temporary files. A writer that
   * is still at work finds its upload gone.
   *
   * @param kept an upload that stays; null for none
   */
  void discardLeftovers(Place object, @Nullable String kept);
}
