package dev.snapranker.model;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

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

  /** A file's content, checked against the manifest's size and SHA-256. The caller closes it. */
  @SuppressWarnings("MustBeClosedChecker") // the content closes it
  default FileContent verified(String name, Manifest.FileSpec expected) {
    MessageDigest sha256 = Sha256.digest();
    Arena arena = Arena.ofShared(); // several threads fill it
    try {
      ByteBuffer bytes = read(name, expected.bytes(), sha256, arena);
      String actual = HexFormat.of().formatHex(sha256.digest());
      if (!actual.equals(expected.sha256())) {
        throw new InvalidBundleException(
            "%s has sha256 %s; %s says %s"
                .formatted(nameOf(name), actual, Manifest.FILE, expected.sha256()));
      }
      return new FileContent(bytes, arena);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }
}
