package dev.snapranker.model;

import java.nio.file.Path;

/**
 * A file of embeddings that ONNX Runtime maps into a session, so that only the rows that texts need
 * come into memory. A session keeps its mapping when the file is deleted.
 *
 * @param path the file, without links; its name is the one in the manifest
 * @param copy what was made for it, and is removed on close; empty for the bundle's own file
 */
public record EmbeddingsFile(Path path, Opened copy) implements AutoCloseable {
  @Override
  public void close() {
    copy.close();
  }
}
