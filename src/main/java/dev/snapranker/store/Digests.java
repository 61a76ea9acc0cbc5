package dev.snapranker.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Creates message digests. */
public final class Digests {
  private Digests() {}

  static MessageDigest md5() {
    return digest("MD5");
  }

  public static MessageDigest sha256() {
    return digest("SHA-256");
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
