package dev.snapranker.text;

import dev.snapranker.api.LongText;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.model.PairTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Encodes a query and a document as one sequence of at most {@code maxTokens} tokens. The query and
 * its special tokens may take up to half of the window. The document gets the rest, and is
 * truncated if it is longer. If the caller limits the pair to less than the window, the longer of
 * the two is truncated.
 */
public final class PairEncoder {
  private final Tokenizer tokenizer;
  private final PairTemplate template;
  private final int maxTokens;

  public PairEncoder(Tokenizer tokenizer, PairTemplate template, int maxTokens) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.maxTokens = maxTokens;
  }

  /** Tokenizes a query or a document, for {@link #query} or {@link #document}. */
  public Tokens tokenize(String text) {
    return tokenizer.encode(text);
  }

  /** Tokenizes a part of a text. */
  public Tokens tokenize(TextPart part) {
    return tokenizer.encode(part.text()).of(part);
  }

  /** Encodes a query once for all its documents. */
  public EncodedQuery query(String query) {
    return query(tokenize(query), TokenLimits.NONE);
  }

  /** Encodes a query once for all its documents. */
  public EncodedQuery query(Tokens query, TokenLimits limits) {
    long[] ids = query.ids();
    int room =
        limitsPairs(limits)
            ? limits.pair() - template.specialTokens()
            : maxTokens / 2 - template.before().size() - template.between().size();
    int most = Math.min(room, limits.query());
    return new EncodedQuery(ids.length > most ? Arrays.copyOf(ids, most) : ids, ids.length);
  }

  /** Whether the caller limits pairs to less than the window. */
  private boolean limitsPairs(TokenLimits limits) {
    return limits.pair() < maxTokens;
  }

  /** The shortest pair: one token of the query and one of a document. */
  public int leastTokens() {
    return template.specialTokens() + 2;
  }

  /** How many tokens of a document fit beside the query. */
  public int room(EncodedQuery query) {
    return maxTokens - template.specialTokens() - query.keptTokens();
  }

  /** Encodes the query with the beginning of one document. */
  public EncodedPair pair(String query, String document) {
    return document(query(query), document, LongText.KEEP_START).pairs().getFirst();
  }

  /** Encodes the query with one document. */
  public EncodedDocument document(EncodedQuery query, String document, LongText longText) {
    return document(query, tokenize(document), longText);
  }

  /** Encodes the query with one document. */
  public EncodedDocument document(EncodedQuery query, Tokens tokens, LongText longText) {
    return switch (longText) {
      case LongText.Cut cut -> cut(query, tokens, cut);
      case LongText.Refuse() -> cut(query, tokens, new LongText.Cut(false));
      case LongText.Passages passages -> passages(query, tokens, passages, room(query));
    };
  }

  private EncodedDocument cut(EncodedQuery query, Tokens tokens, LongText.Cut cut) {
    int end = Math.min(tokens.count(), cut.limits().document());
    PairFit fit = fit(query, end, cut.limits());
    int first = cut.keepEnd() ? end - fit.document() : 0;
    EncodedPair pair = pair(query, fit.query(), tokens.ids(), first, fit.document());
    return new EncodedDocument(tokens, List.of(new Passage(pair, first, first + fit.document())));
  }

  private PairFit fit(EncodedQuery query, int document, TokenLimits limits) {
    if (!limitsPairs(limits)) {
      return PairFit.queryFirst(query.keptTokens(), document, maxTokens - template.specialTokens());
    }
    int room = limits.pair() - template.specialTokens();
    int queryTokens = Math.min(query.totalTokens(), limits.query());
    // If the document has its own limit, the query is not cut, as in vLLM.
    return limits.document() < TokenLimits.UNLIMITED && queryTokens < room
        ? PairFit.queryFirst(queryTokens, document, room)
        : PairFit.longestFirst(queryTokens, document, room);
  }

  private EncodedDocument passages(
      EncodedQuery query, Tokens tokens, LongText.Passages cut, int room) {
    int end = Math.min(tokens.count(), cut.documentTokens());
    int most = Math.min(cut.maxTokens(), room);
    int limit = cut.aggregate() == LongText.Aggregate.FIRST ? 1 : cut.limit();
    if (end <= most) { // the usual case, which need not find sentences
      return new EncodedDocument(tokens, List.of(passage(query, tokens, 0, end)));
    }
    List<Passage> passages = new ArrayList<>();
    PassageCuts cuts = new PassageCuts(tokens, most, Math.min(cut.stride(), most), cut.overlap());
    int first = 0;
    int last; // the token after the passage
    do {
      last = cuts.end(first, end);
      passages.add(passage(query, tokens, first, last));
      first = cuts.next(first, last);
    } while (last < end && passages.size() < limit);
    return new EncodedDocument(tokens, passages);
  }

  /**
   * Encodes the passage several times, each time without another sentence. The list is empty if the
   * passage has only one sentence.
   *
   * @param most the most entries of the list; if there are more sentences, neighbours are removed
   *     together
   */
  public List<SentenceRemoval> sentenceRemovals(
      EncodedQuery query, EncodedDocument document, Passage passage, int most) {
    Tokens tokens = document.document();
    int[] bounds = new Sentences(tokens).bounds(passage, most);
    List<SentenceRemoval> omissions = new ArrayList<>();
    for (int i = 0; bounds.length > 2 && i + 1 < bounds.length; i++) {
      int before = bounds[i] - passage.first();
      int after = passage.end() - bounds[i + 1];
      long[] ids =
          Arrays.copyOfRange(
              tokens.ids(), passage.first(), passage.end() - (bounds[i + 1] - bounds[i]));
      System.arraycopy(tokens.ids(), bounds[i + 1], ids, before, after);
      omissions.add(
          new SentenceRemoval(
              pair(query, query.keptTokens(), ids, 0, ids.length),
              tokens.codePointsBefore() + tokens.start(bounds[i]),
              tokens.codePointsBefore() + tokens.end(bounds[i + 1] - 1)));
    }
    return omissions;
  }

  private Passage passage(EncodedQuery query, Tokens document, int first, int end) {
    return new Passage(
        pair(query, query.keptTokens(), document.ids(), first, end - first), first, end);
  }

  /** Encodes the query's first tokens with {@code documentIds[start .. start + kept]}. */
  private EncodedPair pair(
      EncodedQuery query, int queryKept, long[] documentIds, int start, int kept) {
    long[] inputIds = new long[template.specialTokens() + queryKept + kept];
    int end = append(template.before(), inputIds, 0);
    System.arraycopy(query.ids(), 0, inputIds, end, queryKept);
    int documentStart = append(template.between(), inputIds, end + queryKept);
    System.arraycopy(documentIds, start, inputIds, documentStart, kept);
    append(template.after(), inputIds, documentStart + kept);

    long[] segmentIds = new long[inputIds.length];
    Arrays.fill(segmentIds, 0, documentStart, template.querySegment());
    Arrays.fill(segmentIds, documentStart, segmentIds.length, template.documentSegment());
    return new EncodedPair(inputIds, segmentIds);
  }

  /** Writes the tokens, beginning at {@code at}, and returns the position after them. */
  private static int append(List<Integer> tokens, long[] inputIds, int at) {
    int end = at;
    for (int token : tokens) {
      inputIds[end++] = token;
    }
    return end;
  }
}
