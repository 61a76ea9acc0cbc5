package dev.snapranker.model;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/**
 * The content of a bundle's file in memory outside of the heap.
 *
 * @param bytes the whole content, read-only
 * @param arena owns the memory, and frees it on close
 */
public record FileContent(ByteBuffer bytes, Arena arena) implements AutoCloseable {
  @Override
  public void close() {
    arena.close();
  }
}
