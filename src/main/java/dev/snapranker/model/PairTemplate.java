package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** How query and document become one sequence: the token ids that stand around them. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "template")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PairTemplate.Bert.class, name = "bert"),
  @JsonSubTypes.Type(value = PairTemplate.Roberta.class, name = "roberta"),
  @JsonSubTypes.Type(value = PairTemplate.Prompt.class, name = "prompt")
})
public sealed interface PairTemplate {

  /** The tokens in front of the query. */
  List<Integer> before();

  /** The tokens between query and document. */
  List<Integer> between();

  /** The tokens behind the document. */
  List<Integer> after();

  /** The segment id of the query and of what stands around it. */
  default int querySegment() {
    return 0;
  }

  /** The segment id of the document and of what stands behind it. */
  default int documentSegment() {
    return 0;
  }

  /** Tokens that are neither the query's nor the document's. */
  default int specialTokens() {
    return before().size() + between().size() + after().size();
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
    public List<Integer> before() {
      return List.of(cls);
    }

    @Override
    public List<Integer> between() {
      return List.of(sep);
    }

    @Override
    public List<Integer> after() {
      return List.of(sep);
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
    public List<Integer> before() {
      return List.of(cls);
    }

    @Override
    public List<Integer> between() {
      return List.of(sep, sep);
    }

    @Override
    public List<Integer> after() {
      return List.of(sep);
    }
  }

  /** Words around the two, such as monoT5's {@code Query: query Document: document Relevant:}. */
  record Prompt(List<Integer> before, List<Integer> between, List<Integer> after)
      implements PairTemplate {
    public Prompt {
      before = List.copyOf(before);
      between = List.copyOf(between);
      after = List.copyOf(after);
    }
  }
}
