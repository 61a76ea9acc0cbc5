package dev.snapranker.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes objects in parts. An object appears when its upload is committed. Each method may safely
 * be repeated, after a failure or by another process.
 */
public interface Uploads {
  /** The smallest size of a part, except for the last one (S3's rule). */
  int LEAST_PART_BYTES = 5 << 20;

  /** Begins an upload, and returns its name. */
  String begin(Place object);

  /**
   * Adds one part.
   *
   * @param number the part's number, from 1; a part with the same number is replaced
   * @return the part's tag for {@link #commit}; null if the upload no longer exists
   */
  @Nullable String add(Place object, String upload, int number, byte[] content);

  /**
   * Makes the object from its parts.
   *
   * @param parts the tags that {@link #add} returned, in the order of the parts
   * @return whether the object exists now, perhaps from an earlier attempt; false if the upload no
   *     longer exists or has other parts
   */
  boolean commit(Place object, String upload, List<String> parts);

  /** Removes an upload and its parts. */
  void discard(Place object, String upload);

  /**
   * Removes the uploads and temporary files that killed writers of an object left. A writer that is
   * still running then loses its upload.
   *
   * @param kept an upload to keep; null for none
   */
  void discardLeftovers(Place object, @Nullable String kept);
}
