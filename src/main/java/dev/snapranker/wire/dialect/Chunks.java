package dev.snapranker.wire.dialect;

import dev.snapranker.api.LongText.Passages;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.json.Fields;
import java.util.List;
import java.util.Objects;

/** The chunks of Cohere v1 and SiliconFlow: a document's score is its best chunk's score. */
final class Chunks {
  private static final String PER_DOCUMENT = "max_chunks_per_doc";

  /** Only SiliconFlow has this field. */
  private static final String OVERLAP = "overlap_tokens";

  static final List<String> FIELDS = List.of(PER_DOCUMENT, OVERLAP);

  private static final int DEFAULT = 10;

  /** Cohere's bound: documents × chunks must be lower. */
  private static final int TOTAL = 10_000;

  private Chunks() {}

  /** Cohere's chunks. Too many chunks are refused. */
  static Passages ofCohere(Fields fields, int documents) {
    int chunks = positive(fields, PER_DOCUMENT, capped(DEFAULT, documents));
    if ((long) chunks * documents >= TOTAL) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "number of total max chunks (number of documents * max chunks per doc) must be less than "
              + TOTAL);
    }
    return Passages.best(chunks, Passages.UNLIMITED);
  }

  /**
   * Cohere's or SiliconFlow's chunks. SiliconFlow's clients send their default of 1,024 chunks even
   * with many documents, so too many chunks are reduced to Cohere's bound.
   */
  static Passages ofCohereOrSiliconFlow(Fields fields, int documents) {
    int chunks = capped(positive(fields, PER_DOCUMENT, DEFAULT), documents);
    return Passages.best(chunks, Passages.UNLIMITED).withOverlap(overlap(fields));
  }

  private static int capped(int chunks, int documents) {
    return Math.clamp((TOTAL - 1L) / Math.max(1, documents), 1, chunks);
  }

  private static int overlap(Fields fields) {
    int tokens = Objects.requireNonNullElse(fields.optionalInteger(OVERLAP, 0), 0);
    if (tokens < 0) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, OVERLAP, "is " + tokens + "; expected 0 or more");
    }
    return tokens;
  }

  /** Reads an integer of 1 or more. */
  static int positive(Fields fields, String name, int whenAbsent) {
    int value = Objects.requireNonNullElse(fields.optionalInteger(name, 1), whenAbsent);
    if (value < 1) {
      throw new RerankException(Reason.OUT_OF_RANGE, name, "is " + value + "; expected 1 or more");
    }
    return value;
  }
}
