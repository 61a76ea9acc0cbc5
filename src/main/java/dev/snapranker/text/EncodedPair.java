package dev.snapranker.text;

/** A query and one passage, ready to score. */
public final class EncodedPair {
  private final long[] inputIds; // [tokens], no padding
  private final long[] segmentIds; // [tokens]

  public EncodedPair(long[] inputIds, long[] segmentIds) {
    this.inputIds = inputIds;
    this.segmentIds = segmentIds;
  }

  public long[] inputIds() {
    return inputIds;
  }

  public long[] segmentIds() {
    return segmentIds;
  }

  /** The length of the sequence, special tokens included. */
  public int tokens() {
    return inputIds.length;
  }
}
