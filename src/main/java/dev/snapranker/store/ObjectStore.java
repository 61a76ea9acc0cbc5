package dev.snapranker.store;

import java.io.IOException;
import java.io.InputStream;

/** Reads objects. Thread-safe. */
public interface ObjectStore extends AutoCloseable {

  /**
   * Opens a part of an object as a stream, which the caller closes. If the stream breaks off,
   * {@link RangeReader} opens the rest.
   *
   * @throws StoreException if the store refuses, or if all attempts fail
   */
  Part open(Place object, long offset, long bytes);

  @Override
  void close();

  /**
   * An open stream of a part of an object.
   *
   * @param objectBytes the whole object's size
   * @param etag a tag that changes with the object
   */
  record Part(InputStream content, long objectBytes, String etag) implements AutoCloseable {
    @Override
    public void close() {
      try {
        content.close();
      } catch (IOException e) {
        // The caller has read all it needs, or has already failed.
      }
    }
  }
}
