package dev.snapranker.store;

import java.io.IOException;
import java.io.InputStream;

/** Reads objects. Safe for use by many threads at once. */
public interface ObjectStore extends AutoCloseable {

  /**
   * Opens a part of an object as a stream, which the caller closes. The stream may break off;
   * {@link RangeReader} then opens the rest.
   *
   * @throws StoreException if the store refuses, or fails again and again
   */
  Part open(Place object, long offset, long bytes);

  @Override
  void close();

  /**
   * Bytes on their way.
   *
   * @param objectBytes the whole object's size
   * @param etag changes when the object does
   */
  record Part(InputStream content, long objectBytes, String etag) implements AutoCloseable {
    @Override
    public void close() {
      try {
        content.close();
      } catch (IOException e) {
        // Whoever closes it has all that it needs, or has failed already.
      }
    }
  }
}
