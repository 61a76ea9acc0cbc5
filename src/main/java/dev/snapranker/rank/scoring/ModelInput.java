package dev.snapranker.rank.scoring;

import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Counted;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokens;
import dev.snapranker.text.UnknownCharacters;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A request's texts as one model reads them. */
public final class ModelInput {
  /** The field name for the limit on pairs, in the dialects that have one. */
  private static final String TRUNCATE_PROMPT_TOKENS = "truncate_prompt_tokens";

  private final Model model;
  private final PairEncoder encoder;
  private final Texts texts;
  private final Texts.Tokenised tokens;
  private final EncodedQuery query;

  /**
   * @param tokens the tokens, shared with other models of the same vocabulary
   */
  ModelInput(Model model, Texts texts, Texts.Tokenised tokens) {
    this.model = model;
    this.encoder = model.encoder();
    this.texts = texts;
    this.tokens = tokens;
    requireShortInstruction();
    requireRoom();
    this.query = encoder.query(tokens.query(), limits());
    if (query.totalTokens() == 0) {
      throw unreadable(FieldPath.of("query"));
    }
    if (query.truncated() && longText() instanceof LongText.Refuse) {
      throw tooLong(FieldPath.of("query"), query.totalTokens(), query.keptTokens());
    }
  }

  public Model model() {
    return model;
  }

  public EncodedQuery query() {
    return query;
  }

  /** Opens the query at the model. The caller closes it. */
  public OpenQuery open(Budget budget) {
    return model.open(query, budget);
  }

  /** Counts the characters of the query that the model does not know. */
  public UnknownCharacters.Count unknownInQuery() {
    return model
        .unknownCharacters()
        .count(tokens.query().tokens(), 0, tokens.query().tokens().count());
  }

  String text(int index) {
    return texts.text(index);
  }

  /** How many characters of a candidate's text are read. */
  int chars(int index) {
    return texts.part(index).text().length();
  }

  /** Tokenises a candidate's text and encodes it with the query; one thread per candidate. */
  EncodedDocument document(int index) {
    Tokens document = tokens.candidate(index);
    if (document == null) {
      document = encoder.tokenizeDocument(texts.part(index));
      tokens.put(index, document);
    }
    return encoder.document(query, document, longText());
  }

  /** Refuses a document that cannot be scored with the request's options. */
  void check(int index, @Nullable EncodedDocument document) {
    if (document == null) { // not read in time
      return;
    }
    if (document.totalTokens() == 0 && texts.blankTexts() == BlankTexts.REFUSE) {
      throw unreadable(FieldPath.candidateText(index));
    }
    if (document.truncated() && longText() instanceof LongText.Refuse) {
      throw tooLong(
          FieldPath.candidateText(index),
          document.totalTokens(),
          encoder.room(query, document.document()));
    }
  }

  /** How the logits of a document's passages become the document's logit. */
  LongText.Aggregate aggregate() {
    return longText() instanceof LongText.Passages passages
        ? passages.aggregate()
        : LongText.Aggregate.MAX; // of a single passage
  }

  private LongText longText() {
    return texts.longText();
  }

  private TokenLimits limits() {
    return longText() instanceof LongText.Cut cut ? cut.limits() : TokenLimits.NONE;
  }

  /** Refuses a limit without room for a token of the query and of a document. */
  private void requireRoom() {
    int least = encoder.leastTokens(tokens.query());
    if (limits().pair() < least) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          TRUNCATE_PROMPT_TOKENS,
          "is %d; expected -1 for the model's window, or at least %d, for the special tokens and one token each of query and document"
              .formatted(limits().pair(), least));
    }
  }

  /** Refuses an instruction that leaves the query no room in its half of the window. */
  private void requireShortInstruction() {
    int room = encoder.queryRoom(tokens.query(), TokenLimits.NONE);
    if (room < 1) {
      int tokens = encoder.tokenize(Objects.requireNonNull(texts.instruction())).count();
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "instruction",
          "has %d tokens; expected at most %d, because it shares half of the model's window of %d with the query"
              .formatted(tokens, tokens + room - 1, model.manifest().maxTokens()));
    }
  }

  /** The failure of a text without a token, which is as blank to the model as an empty text. */
  private static RerankException unreadable(FieldPath field) {
    return new RerankException(
        Reason.EMPTY,
        field,
        "has no character that the model knows; expected text in a language that the model reads");
  }

  private static RerankException tooLong(FieldPath field, int tokens, int room) {
    return new RerankException(
        Reason.OUT_OF_RANGE,
        field,
        "has %s; expected at most %d, because truncation is off"
            .formatted(Counted.of(tokens, "token"), room));
  }
}
