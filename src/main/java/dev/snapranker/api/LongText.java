package dev.snapranker.api;

/** How to score a document that does not fit into the model's window beside the query. */
public sealed interface LongText {

  /** The beginning of the document is scored. */
  LongText KEEP_START = new Cut(false);

  /**
   * The document is cut to the window, and the result is marked as truncated.
   *
   * @param keepEnd whether the end is scored instead of the beginning
   * @param limits how many tokens are read at most, even if more would fit
   */
  record Cut(boolean keepEnd, TokenLimits limits) implements LongText {
    /** A cut by the model's window, without further limits. */
    public Cut(boolean keepEnd) {
      this(keepEnd, TokenLimits.NONE);
    }

    /**
     * Whether reading the end of a text is enough. It is not when the document has a token limit,
     * because that limit counts from the beginning.
     */
    public boolean readsEnd() {
      return keepEnd && limits.document() == TokenLimits.UNLIMITED;
    }
  }

  /** The request is refused; so is one whose query takes more than half of the window. */
  record Refuse() implements LongText {}

  /**
   * The document is cut into passages, and each passage is scored.
   *
   * @param maxTokens the most tokens of a passage; fewer if fewer fit beside the query
   * @param stride the most tokens from the start of one passage to the start of the next
   * @param limit how many passages of a document are scored
   * @param documentTokens how many tokens of the document are cut into passages
   * @param overlap the fewest tokens that two neighbouring passages share; at most half a passage
   * @param aggregate how the passages' logits become the document's logit
   */
  record Passages(
      int maxTokens, int stride, int limit, int documentTokens, int overlap, Aggregate aggregate)
      implements LongText {
    /** A limit that no document reaches. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** A shorter passage says too little to be scored. */
    public static final int LEAST_TOKENS = 16;

    public Passages {
      atLeast(LEAST_TOKENS, maxTokens, "passages.max_tokens");
      atLeast(1, stride, "passages.stride");
      if (stride > maxTokens && stride != UNLIMITED) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            "passages.stride",
            "is %d; expected at most max_tokens, %d, so that no token is left out"
                .formatted(stride, maxTokens));
      }
    }

    /** Passages that overlap only as far as the stride makes them. */
    public Passages(int maxTokens, int stride, int limit, int documentTokens, Aggregate aggregate) {
      this(maxTokens, stride, limit, documentTokens, 0, aggregate);
    }

    /**
     * The document is cut into passages of the largest size, and the best one's logit counts.
     *
     * @param limit how many passages of a document are scored
     * @param documentTokens how many tokens of the document are cut into passages
     */
    public static Passages best(int limit, int documentTokens) {
      return new Passages(UNLIMITED, UNLIMITED, limit, documentTokens, Aggregate.MAX);
    }

    /** The same, but only the first {@code tokens} of each document are cut into passages. */
    public Passages withDocumentTokens(int tokens) {
      return new Passages(maxTokens, stride, limit, tokens, overlap, aggregate);
    }

    /** The same with an overlap. */
    public Passages withOverlap(int tokens) {
      return new Passages(maxTokens, stride, limit, documentTokens, tokens, aggregate);
    }

    private static void atLeast(int least, int got, String field) {
      if (got < least) {
        throw new RerankException(
            Reason.OUT_OF_RANGE, field, "is %d; expected %d or more".formatted(got, least));
      }
    }
  }

  /** How the logits of a document's passages become the document's logit. */
  enum Aggregate {
    /** The best passage's logit: MaxP (Dai and Callan, SIGIR 2019). */
    MAX,
    /** The first passage's logit: FirstP. No other passage is scored. */
    FIRST,
    /** The mean of the two best logits, or the only logit. */
    MEAN_TOP_2;

    /**
     * The document's logit.
     *
     * @param logits [passages], at least one
     */
    public float logit(float[] logits) {
      return switch (this) {
        case FIRST -> logits[0];
        case MAX -> logits[best(logits)];
        case MEAN_TOP_2 -> {
          int best = best(logits);
          float second = logits.length == 1 ? logits[best] : Float.NEGATIVE_INFINITY;
          for (int i = 0; i < logits.length; i++) {
            second = i == best ? second : Math.max(second, logits[i]);
          }
          yield (logits[best] + second) / 2;
        }
      };
    }

    /** The position of the best logit; of equal ones, the first. */
    public static int best(float[] logits) {
      int best = 0;
      for (int i = 1; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
      }
      return best;
    }
  }
}
