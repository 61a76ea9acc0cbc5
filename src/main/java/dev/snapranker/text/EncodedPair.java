package dev.snapranker.text;

/** A query and one document, ready to score. */
public final class EncodedPair {
  private final long[] inputIds; // [tokens], no padding
  private final long[] segmentIds; // [tokens]
  private final boolean truncated;

  public EncodedPair(long[] inputIds, long[] segmentIds, boolean truncated) {
    this.inputIds = inputIds;
    this.segmentIds = segmentIds;
    this.truncated = truncated;
  }

  public long[] inputIds() {
    return inputIds;
  }

  public long[] segmentIds() {
    return segmentIds;
  }

  /** How long the sequence is, special tokens included. */
  public int tokens() {
    return inputIds.length;
  }

  /** Whether the document's end did not fit. */
  public boolean truncated() {
    return truncated;
  }
}
