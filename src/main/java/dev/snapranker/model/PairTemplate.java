package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** How query and document become one sequence: the special tokens around them. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "template")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PairTemplate.Bert.class, name = "bert"),
  @JsonSubTypes.Type(value = PairTemplate.Roberta.class, name = "roberta"),
  @JsonSubTypes.Type(value = PairTemplate.Prompt.class, name = "prompt")
})
public sealed interface PairTemplate {

  /** The special tokens before the query. */
  List<Integer> before();

  /** The special tokens between query and document. */
  List<Integer> between();

  /** The special tokens after the document. */
  List<Integer> after();

  /** The segment id of the query and the special tokens around it. */
  default int querySegment() {
    return 0;
  }

  /** The segment id of the document and the special tokens after it. */
  default int documentSegment() {
    return 0;
  }

  /** The number of special tokens. */
  default int specialTokens() {
    return before().size() + between().size() + after().size();
  }

  private static void requireIds(String field, List<Integer> ids) {
    for (int id : ids) {
      if (id < 0) { // a graph would index its table from the end
        throw new IllegalArgumentException(field + " has id " + id + "; expected 0 or more");
      }
    }
  }

  /**
   * {@code [CLS] query [SEP] document [SEP]}.
   *
   * @param segments the segment ids of the query's and of the document's part
   */
  record Bert(int cls, int sep, List<Integer> segments) implements PairTemplate {
    public Bert {
      requireIds("cls", List.of(cls));
      requireIds("sep", List.of(sep));
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

  /** {@code <s> query </s></s> document </s>}. The family has no segment ids. */
  record Roberta(int cls, int sep) implements PairTemplate {
    public Roberta {
      requireIds("cls", List.of(cls));
      requireIds("sep", List.of(sep));
    }

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

  /** A prompt with words around both, such as monoT5's {@code Query: q Document: d Relevant:}. */
  record Prompt(List<Integer> before, List<Integer> between, List<Integer> after)
      implements PairTemplate {
    public Prompt {
      requireIds("before", before);
      requireIds("between", between);
      requireIds("after", after);
      before = List.copyOf(before);
      between = List.copyOf(between);
      after = List.copyOf(after);
    }
  }
}
