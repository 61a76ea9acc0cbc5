package dev.snapranker.api;

/** How to score a document that does not fit into the model's window beside the query. */
public sealed interface LongText {

  /** Its beginning is scored. */
  LongText KEEP_START = new Cut(false);

  /**
   * What does not fit is not scored, and the result is marked.
   *
   * @param keepEnd whether the end is scored instead of the beginning
   * @param limits what is read at most, also where more would fit
   */
  record Cut(boolean keepEnd, TokenLimits limits) implements LongText {
    /** Cut to the model's window alone. */
    public Cut(boolean keepEnd) {
      this(keepEnd, TokenLimits.NONE);
    }

    /** Whether the end of a text is enough: a limit of its own counts from the beginning. */
    public boolean readsEnd() {
      return keepEnd && limits.document() == TokenLimits.UNLIMITED;
    }
  }

  /** The request is refused; so is one whose query takes more than half of the window. */
  record Refuse() implements LongText {}

  /**
   * It is cut into passages, each of which is scored.
   *
   * @param maxTokens what a passage has at most; less if less fits beside the query
   * @param stride how many tokens after one passage the next begins, at most
   * @param limit how many passages of a document are scored
   * @param documentTokens how much of the document is looked at
   * @param overlap how many tokens at a passage's end also begin the next, at least; at most half
   *     of the passage
   * @param aggregate how their logits become the document's
   */
  record Passages(
      int maxTokens, int stride, int limit, int documentTokens, int overlap, Aggregate aggregate)
      implements LongText {
    /** A limit that no document reaches. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** A shorter passage says too little to be scored. */
    private static final int LEAST_TOKENS = 16;

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

    /** Passages whose overlap follows from the stride alone. */
    public Passages(int maxTokens, int stride, int limit, int documentTokens, Aggregate aggregate) {
      this(maxTokens, stride, limit, documentTokens, 0, aggregate);
    }

    /**
     * The document is cut into passages of the largest size, and the best one's logit counts.
     *
     * @param limit how many passages of a document are scored
     * @param documentTokens how much of the document is looked at
     */
    public static Passages best(int limit, int documentTokens) {
      return new Passages(UNLIMITED, UNLIMITED, limit, documentTokens, Aggregate.MAX);
    }

    /** The same of documents of which only the beginning is looked at. */
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

  /** How the logits of a document's passages become the document's. */
  enum Aggregate {
    /** The best one's: MaxP (Dai and Callan, SIGIR 2019). */
    MAX,
    /** The first one's: FirstP. No other is scored. */
    FIRST,
    /** The mean of the two best ones', or the only one's. */
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

    /** The position of the best logit, the first of equals. */
    public static int best(float[] logits) {
      int best = 0;
      for (int i = 1; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
      }
      return best;
    }
  }
}
