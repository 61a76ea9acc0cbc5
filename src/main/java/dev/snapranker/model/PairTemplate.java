package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import dev.snapranker.api.Counted;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How query and document become one sequence: the special tokens and the text around them. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "template")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PairTemplate.Bert.class, name = "bert"),
  @JsonSubTypes.Type(value = PairTemplate.Roberta.class, name = "roberta"),
  @JsonSubTypes.Type(value = PairTemplate.Prompt.class, name = "prompt"),
  @JsonSubTypes.Type(value = PairTemplate.Instruct.class, name = "instruct")
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

  /**
   * The text around a query.
   *
   * @param instruction the request's instruction; null for the bundle's. Without {@link
   *     #takesInstruction} it has no effect
   */
  default TextFrame queryFrame(@Nullable String instruction) {
    return TextFrame.NONE;
  }

  /** The text around a document. */
  default TextFrame documentFrame() {
    return TextFrame.NONE;
  }

  /** Whether a request can tell the model what makes a document relevant. */
  default boolean takesInstruction() {
    return false;
  }

  /**
   * The texts around query and document. Templates with equal texts and the same tokenizer give the
   * same tokens.
   */
  default List<String> texts() {
    return List.of();
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
            "segments has %s; expected 2: the query's, the document's"
                .formatted(Counted.of(segments.size(), "entry")));
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

  /**
   * A prompt of a decoder that answers yes or no, such as Qwen3-Reranker's. Special tokens surround
   * two texts, and each text is tokenized as a whole.
   *
   * @param request the text with {@code {query}}, and {@code {instruction}} if the model takes one
   * @param document the text with {@code {document}} at its end
   * @param instruction what the model is told if the request has no instruction; null if {@code
   *     request} has no place for one
   */
  record Instruct(
      List<Integer> before,
      String request,
      String document,
      List<Integer> after,
      @JsonSetter(nulls = Nulls.SET) @Nullable String instruction)
      implements PairTemplate {
    private static final String QUERY = "{query}";
    private static final String INSTRUCTION = "{instruction}";
    private static final String DOCUMENT = "{document}";

    public Instruct {
      requireIds("before", before);
      requireIds("after", after);
      before = List.copyOf(before);
      after = List.copyOf(after);
      requireOnce("request", request, QUERY);
      requireOnce("document", document, DOCUMENT);
      if (!document.endsWith(DOCUMENT)) { // a cut document would lose the text
        throw new IllegalArgumentException(
            "document has text after %s; expected its token ids in after".formatted(DOCUMENT));
      }
      if (instruction != null) {
        requireOnce("request", request, INSTRUCTION);
      } else if (request.contains(INSTRUCTION)) {
        throw new IllegalArgumentException(
            "instruction is missing; expected a text for %s in request".formatted(INSTRUCTION));
      }
    }

    private static void requireOnce(String field, String text, String place) {
      int first = text.indexOf(place);
      if (first < 0 || first != text.lastIndexOf(place)) {
        throw new IllegalArgumentException(
            "%s has %s %s; expected it once"
                .formatted(field, first < 0 ? "no" : "more than one", place));
      }
    }

    @Override
    public List<Integer> between() {
      return List.of(); // the texts have what stands between
    }

    @Override
    public TextFrame queryFrame(@Nullable String ownInstruction) {
      int query = request.indexOf(QUERY);
      String told = ownInstruction == null ? instruction : ownInstruction;
      return new TextFrame(
          filled(request.substring(0, query), told),
          filled(request.substring(query + QUERY.length()), told));
    }

    private static String filled(String text, @Nullable String instruction) {
      return instruction == null ? text : text.replace(INSTRUCTION, instruction);
    }

    @Override
    public TextFrame documentFrame() {
      return new TextFrame(document.substring(0, document.length() - DOCUMENT.length()), "");
    }

    @Override
    public List<String> texts() {
      return List.of(request, document, String.valueOf(instruction));
    }

    @Override
    public boolean takesInstruction() {
      return instruction != null;
    }
  }
}
