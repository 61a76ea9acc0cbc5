package dev.snapranker.store;

import java.io.IOException;
import java.io.InputStream;

/** Reads objects. Safe for use by many threads at once. */
public interface ObjectStore extends AutoCloseable {

  /**
   * A part of an object, as a stream that the caller closes.
   *
   * @throws StoreException if the store refuses, for good
   * @throws IOException if the connection fails; another attempt may succeed
   */
  Part open(Place object, long offset, long bytes) throws IOException;

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
    public void close() throws IOException {
      content.close();
    }
  }
}
