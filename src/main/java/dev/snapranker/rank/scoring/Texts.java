package dev.snapranker.rank.scoring;

import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Instruction;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.TextPolicy;
import dev.snapranker.text.QueryTokens;
import dev.snapranker.text.TextPart;
import dev.snapranker.text.Tokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A request's texts. A text that is too long is cut to the part that is read. Each text is
 * tokenised once for all models with the same vocabulary.
 */
public final class Texts {
  private final RerankRequest request;
  private final TextPolicy policy;
  private final TextPart query;
  private final List<TextPart> candidates;
  private final Set<Integer> blank = new TreeSet<>();
  private final Map<String, Tokenised> byVocabulary = new HashMap<>();

  /**
   * Cuts texts that are too long, and finds blank ones. Refuses them if request or policy says so.
   */
  public Texts(RerankRequest request, TextPolicy policy) {
    this.request = request;
    this.policy = policy;
    this.query = part(request.query(), policy.maxQueryChars(), false, FieldPath.of("query"));
    this.candidates = new ArrayList<>(request.candidates().size());
    boolean fromEnd = longText() instanceof LongText.Cut cut && cut.readsEnd();
    for (Candidate candidate : request.candidates()) {
      int index = candidates.size();
      FieldPath field = FieldPath.candidateText(index);
      TextPart part = part(candidate.text(), policy.maxCandidateChars(), fromEnd, field);
      candidates.add(part);
      if (isBlank(candidate.text(), part, field)) {
        blank.add(index);
      }
    }
  }

  private TextPart part(String text, int maxChars, boolean fromEnd, FieldPath field) {
    TextPart part = TextPart.of(text, maxChars, fromEnd);
    if (!part.whole() && longText() instanceof LongText.Refuse) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          field,
          "has %d characters; expected at most %d, because truncation is off"
              .formatted(text.length(), maxChars));
    }
    return part;
  }

  /** Whether a candidate is blank and comes last without being scored. */
  private boolean isBlank(String text, TextPart part, FieldPath field) {
    boolean refused =
        switch (blankTexts()) {
          case REFUSE -> text.isBlank();
          case REFUSE_EMPTY -> text.isEmpty();
          case LAST -> false;
        };
    if (refused) {
      throw new RerankException(Reason.EMPTY, field, "is blank; expected some text");
    }
    return blankTexts() != BlankTexts.REFUSE && part.isBlank();
  }

  /** The input for a model: the query is tokenised now, the candidates when they are needed. */
  public ModelInput inputFor(Model model) {
    Tokenised tokenised =
        byVocabulary.computeIfAbsent(
            model.vocabulary(),
            _ ->
                new Tokenised(
                    model.encoder().tokenizeQuery(query.text(), instruction()), candidates.size()));
    return new ModelInput(model, this, tokenised);
  }

  /** The positions of blank candidates, which no model scores. */
  public Set<Integer> blank() {
    return blank;
  }

  /** How many candidates were cut. */
  public int cut() {
    return (int) candidates.stream().filter(part -> !part.whole()).count();
  }

  public TextPolicy policy() {
    return policy;
  }

  /** The number of characters of the whole query. */
  public int queryChars() {
    return request.query().length();
  }

  /** Whether the query was cut. */
  public boolean isQueryCut() {
    return !query.whole();
  }

  /** A candidate's whole text. */
  String text(int index) {
    return request.candidates().get(index).text();
  }

  /** The part of a candidate's text that is read. */
  TextPart part(int index) {
    return candidates.get(index);
  }

  /** The request's instruction; null for the model's own. */
  @Nullable String instruction() {
    Instruction instruction = request.options().instruction();
    return instruction == null ? null : instruction.text();
  }

  LongText longText() {
    return request.options().longText();
  }

  BlankTexts blankTexts() {
    return policy.blankTexts(request.options());
  }

  /** The texts' tokens in one vocabulary. Candidates are tokenised when they are first needed. */
  static final class Tokenised {
    private final QueryTokens query;
    private final @Nullable Tokens[] candidates; // [candidates]

    private Tokenised(QueryTokens query, int candidates) {
      this.query = query;
      this.candidates = new @Nullable Tokens[candidates];
    }

    QueryTokens query() {
      return query;
    }

    @Nullable Tokens candidate(int index) {
      return candidates[index];
    }

    /** Stores a candidate's tokens; one thread per candidate. */
    void put(int index, Tokens candidate) {
      candidates[index] = candidate;
    }
  }
}
