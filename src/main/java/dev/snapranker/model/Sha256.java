package dev.snapranker.model;

import dev.snapranker.store.Digests;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Computes SHA-256 checksums, which detect changed bytes. */
public final class Sha256 {
  private Sha256() {}

  /** A new digest. */
  public static MessageDigest digest() {
    return Digests.sha256();
  }

  /** The content's SHA-256 in lower-case hexadecimal. */
  public static String hex(byte[] content) {
    return HexFormat.of().formatHex(digest().digest(content));
  }
}
