package dev.snapranker.rank;

import dev.snapranker.api.LongText;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.Omission;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request's texts as one model reads them. */
final class Reading {
  /** Of English prose, and below it. */
  private static final int CHARS_PER_TOKEN = 4;

  private final PairEncoder encoder;
  private final RerankRequest request;
  private final Texts.Tokenised tokens;
  private final EncodedQuery query;

  /**
   * @param tokens shared with the other models of their vocabulary
   */
  Reading(PairEncoder encoder, RerankRequest request, Texts.Tokenised tokens) {
    this.encoder = encoder;
    this.request = request;
    this.tokens = tokens;
    this.query = encoder.query(tokens.query());
    if (query.totalTokens() == 0) {
      throw unreadable("query");
    }
    if (query.truncated() && longText() instanceof LongText.Refuse) {
      throw tooLong("query", query.totalTokens(), query.keptTokens());
    }
  }

  EncodedQuery query() {
    return query;
  }

  /** For each candidate from one thread at a time. */
  EncodedDocument document(int index) {
    Tokens document = tokens.candidate(index);
    if (document == null) {
      document = encoder.tokenize(request.candidates().get(index).text());
      tokens.put(index, document);
    }
    return encoder.document(query, document, longText());
  }

  /** A document's best passage without each of its sentences; up to {@code most}. */
  List<Omission> omissions(ScoredDocument scored, int most) {
    return encoder.omissions(query, scored.document(), scored.best(), most);
  }

  /** Refuses a document that cannot be scored as the request wants it. */
  void check(int index, @Nullable EncodedDocument document) {
    if (document == null) { // not read in time
      return;
    }
    if (document.totalTokens() == 0) {
      throw unreadable("candidates[" + index + "].text");
    }
    if (document.truncated() && longText() instanceof LongText.Refuse) {
      throw tooLong("candidates[" + index + "].text", document.totalTokens(), encoder.room(query));
    }
  }

  /** About how many tokens all of these candidates have, before they are tokenised. */
  long roughTokens(Iterable<Hit> hits, int maxTokens) {
    long sum = 0;
    for (Hit hit : hits) {
      sum += roughTokens(hit.candidate().text().length() / CHARS_PER_TOKEN, maxTokens);
    }
    return sum;
  }

  /** Of a text of so many tokens: with the query, and in passages one beside the other. */
  private long roughTokens(int text, int maxTokens) {
    int room = maxTokens - query.keptTokens();
    if (!(longText() instanceof LongText.Passages passages)) {
      return (long) query.keptTokens() + Math.min(room, text);
    }
    int most = Math.min(room, passages.maxTokens());
    int looked = Math.min(text, passages.documentTokens());
    if (looked <= most || passages.aggregate() == LongText.Aggregate.FIRST) {
      return (long) query.keptTokens() + Math.min(most, looked);
    }
    // A passage begins at least half a stride after the one before.
    int step = Math.max(1, Math.min(most, passages.stride()) / 2);
    long count = Math.min(passages.limit(), 1 + Math.ceilDiv(looked - most, step));
    return count * (query.keptTokens() + most);
  }

  /** How the logits of a document's passages become its own. */
  LongText.Aggregate aggregate() {
    return longText() instanceof LongText.Passages passages
        ? passages.aggregate()
        : LongText.Aggregate.MAX; // of one
  }

  private LongText longText() {
    return request.options().longText();
  }

  /** Without a token there is nothing to score: to the model it is as blank as no text at all. */
  private static RerankException unreadable(String field) {
    return new RerankException(
        Reason.EMPTY, field, "has no character that the model knows; expected some readable text");
  }

  private static RerankException tooLong(String field, int tokens, int room) {
    return new RerankException(
        Reason.OUT_OF_RANGE,
        field,
        "has %d tokens; expected at most %d, as truncation is off".formatted(tokens, room));
  }
}
