package dev.snapranker.model;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/**
 * A file of a bundle in memory, outside of the heap, until it is closed.
 *
 * @param bytes all of it, read-only
 * @param arena owns the memory
 */
public record FileContent(ByteBuffer bytes, Arena arena) implements AutoCloseable {
  @Override
  public void close() {
    arena.close();
  }
}
