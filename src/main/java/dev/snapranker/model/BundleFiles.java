package dev.snapranker.model;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Reads the files of a bundle from where it is. Failures name the file in full. */
interface BundleFiles {

  /** The content of {@link Manifest#FILE}. */
  byte[] manifest();

  /**
   * A file's content, outside of the heap.
   *
   * @param bytes its size; another size is refused
   * @param digest is given all of it
   * @param arena holds it; any thread may use it
   */
  ByteBuffer read(String name, long bytes, MessageDigest digest, Arena arena);

  /** What messages call the file. */
  String nameOf(String file);
}
