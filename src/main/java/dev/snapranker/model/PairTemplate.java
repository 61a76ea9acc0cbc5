package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** How query and document become one sequence. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "template")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PairTemplate.Bert.class, name = "bert"),
  @JsonSubTypes.Type(value = PairTemplate.Roberta.class, name = "roberta")
})
public sealed interface PairTemplate {

  /** The token that starts the sequence, whose row the classifier reads. */
  int cls();

  /** The token that ends query and document. */
  int sep();

  /** How many {@link #sep} stand between query and document. */
  int separators();

  /** The segment id of the query and its special tokens. */
  int querySegment();

  /** The segment id of the document and its end. */
  int documentSegment();

  /** Tokens that are neither the query's nor the document's. */
  default int specialTokens() {
    return 1 + separators() + 1;
  }

  /**
   * {@code [CLS] query [SEP] document [SEP]}.
   *
   * @param segments the segment ids of the query's and of the document's part
   */
  record Bert(int cls, int sep, List<Integer> segments) implements PairTemplate {
    public Bert {
      segments = List.copyOf(segments);
      if (segments.size() != 2) {
        throw new IllegalArgumentException(
            "segments has "
                + segments.size()
                + " entries; expected 2: the query's, the document's");
      }
    }

    @Override
    public int separators() {
      return 1;
    }

    @Override
    public int querySegment() {
      return segments.getFirst();
    }

    @Override
    public int documentSegment() {
      return segments.getLast();
    }
  }

  /** {@code <s> query </s></s> document </s>}; the family has no segments. */
  record Roberta(int cls, int sep) implements PairTemplate {
    @Override
    public int separators() {
      return 2;
    }

    @Override
    public int querySegment() {
      return 0;
    }

    @Override
    public int documentSegment() {
      return 0;
    }
  }
}
