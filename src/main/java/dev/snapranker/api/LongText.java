package dev.snapranker.api;

/** What becomes of a document that does not fit into the model's window beside the query. */
public sealed interface LongText {

  /** Its beginning is scored. */
  LongText KEEP_START = new Cut(false);

  /**
   * What does not fit is not scored, and the result is marked.
   *
   * @param keepEnd whether the end is scored instead of the beginning
   */
  record Cut(boolean keepEnd) implements LongText {}

  /** The request is refused; so is one whose query takes more than half of the window. */
  record Refuse() implements LongText {}

  /**
   * It is cut into chunks of what fits, one after another, and scores as its best chunk.
   *
   * @param maxTokens how much of it is looked at
   * @param maxChunks how many chunks are scored
   */
  record BestChunk(int maxTokens, int maxChunks) implements LongText {
    /** A limit that no document reaches. */
    public static final int UNLIMITED = Integer.MAX_VALUE;
  }
}
