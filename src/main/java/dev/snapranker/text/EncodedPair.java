package dev.snapranker.text;

/** A query and one passage, ready to score. */
public final class EncodedPair {
  private final long[] inputIds; // [tokens], no padding
  private final long[] segmentIds; // [tokens]
  private final int documentStart;

  /**
   * @param documentStart where the document begins. The tokens before it are the same in all pairs
   *     of the query, unless a caller's limit on pairs cuts the query with each document
   */
  public EncodedPair(long[] inputIds, long[] segmentIds, int documentStart) {
    this.inputIds = inputIds;
    this.segmentIds = segmentIds;
    this.documentStart = documentStart;
  }

  public long[] inputIds() {
    return inputIds;
  }

  public long[] segmentIds() {
    return segmentIds;
  }

  /** The position of the document's first token. */
  public int documentStart() {
    return documentStart;
  }

  /** The length of the sequence, special tokens included. */
  public int tokens() {
    return inputIds.length;
  }
}
