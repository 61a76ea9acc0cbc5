package dev.snapranker.text;

import dev.snapranker.api.Counted;
import dev.snapranker.api.LongText;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.PairTemplate;
import dev.snapranker.model.TextFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a query and a document as one sequence of at most {@code maxTokens} tokens. The query and
 * what the template puts before and after it may take up to half of the window. The document gets
 * the rest, and is truncated if it is longer. If the caller limits the pair to less than the
 * window, the longer of the two is truncated.
 *
 * <p>If the template has text around the query, the query is cut once, not with each document. So
 * all pairs of a query begin with the same tokens.
 */
public final class PairEncoder {
  private static final Tokens NONE = new Tokens("", new long[0], new int[0], new int[0]);

  private final Tokenizer tokenizer;
  private final PairTemplate template;
  private final int maxTokens;
  private final boolean framed; // whether the template has text around query and document
  private final int besideDocument; // tokens of the text around a document

  public PairEncoder(Tokenizer tokenizer, PairTemplate template, int maxTokens) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.maxTokens = maxTokens;
    this.framed = !template.queryFrame(null).equals(TextFrame.NONE);
    this.besideDocument = framed ? tokenize(template.documentFrame().around("")).count() : 0;
    if (framed) {
      requireRoom();
    }
  }

  /** Refuses a template whose text takes a half of the window. */
  private void requireRoom() {
    int query = template.before().size() + tokenize(template.queryFrame(null).around("")).count();
    int document = besideDocument + template.after().size();
    int half = maxTokens / 2;
    if (query >= half || document >= maxTokens - half) {
      throw new InvalidBundleException(
          "%s: pair puts %s beside the query and %d beside the document; expected less than half of max_tokens, %d, for each"
              .formatted(Manifest.FILE, Counted.of(query, "token"), document, maxTokens));
    }
  }

  /** Tokenizes a text without the template's text around it. */
  public Tokens tokenize(String text) {
    return tokenizer.encode(text);
  }

  /**
   * Tokenizes a query.
   *
   * @param instruction the request's instruction; null for the bundle's, if it has one
   */
  public QueryTokens tokenizeQuery(String query, @Nullable String instruction) {
    TextFrame frame = template.queryFrame(instruction);
    return new QueryTokens(tokenize(query, frame), framed ? tokenize(frame.after()) : NONE);
  }

  /** Tokenizes a part of a document. */
  public Tokens tokenizeDocument(TextPart part) {
    return tokenizeDocument(part.text()).of(part);
  }

  private Tokens tokenizeDocument(String text) {
    return tokenize(text, template.documentFrame());
  }

  private Tokens tokenize(String text, TextFrame frame) {
    Tokens tokens = tokenizer.encode(frame.around(text));
    return framed ? tokens.within(frame, text) : tokens;
  }

  /** Encodes a query once for all its documents. */
  public EncodedQuery query(String query) {
    return query(tokenizeQuery(query, null), TokenLimits.NONE);
  }

  /** Encodes a query once for all its documents. There must be {@link #queryRoom} for it. */
  public EncodedQuery query(QueryTokens query, TokenLimits limits) {
    Tokens tokens = query.tokens();
    int room = queryRoom(query, limits);
    boolean cut =
        tokens.count() > limits.query()
            || tokens.count() + tokens.trail().length > room + query.following().count();
    int kept = cut ? Math.min(tokens.count(), Math.min(room, limits.query())) : tokens.count();
    long[] trail = cut ? query.following().ids() : tokens.trail();
    return new EncodedQuery(joined(tokens.lead(), tokens.ids(), kept, trail), kept, tokens.count());
  }

  /**
   * The query of a pair, as far as the pair has it. Throws an {@link IllegalStateException} if the
   * pair has no room for the template's tokens.
   */
  public EncodedQuery queryOf(EncodedPair pair) {
    int end = pair.documentStart() - template.between().size();
    if (end <= template.before().size()
        || pair.documentStart() + template.after().size() > pair.tokens()) {
      throw new IllegalStateException("the pair is not of this template");
    }
    long[] ids = Arrays.copyOfRange(pair.inputIds(), template.before().size(), end);
    return new EncodedQuery(ids, ids.length, ids.length);
  }

  /** How many tokens of a query are read; below 1 if the text around it leaves no room. */
  public int queryRoom(QueryTokens query, TokenLimits limits) {
    if (!limitsPairs(limits)) {
      return maxTokens / 2 - template.before().size() - template.between().size() - query.beside();
    }
    int room = limits.pair() - template.specialTokens() - query.beside();
    if (!framed) {
      return room; // each document cuts the query
    }
    int count = Math.min(query.tokens().count(), limits.query());
    boolean keepsQuery = limits.document() < TokenLimits.UNLIMITED && count < room - besideDocument;
    return keepsQuery ? count : (room - besideDocument) / 2;
  }

  /** Whether the caller limits pairs to less than the window. */
  private boolean limitsPairs(TokenLimits limits) {
    return limits.pair() < maxTokens;
  }

  /** The shortest pair: one token of the query and one of a document. */
  public int leastTokens(QueryTokens query) {
    return template.specialTokens() + query.beside() + besideDocument + 2;
  }

  /** How many tokens of a document fit beside the query. */
  public int room(EncodedQuery query, Tokens document) {
    return maxTokens - template.specialTokens() - query.ids().length - document.lead().length;
  }

  /** Encodes the query with the beginning of one document. */
  public EncodedPair pair(String query, String document) {
    return document(query(query), document, LongText.KEEP_START).pairs().getFirst();
  }

  /** Encodes the query with one document. */
  public EncodedDocument document(EncodedQuery query, String document, LongText longText) {
    return document(query, tokenizeDocument(document), longText);
  }

  /** Encodes the query with one document. */
  public EncodedDocument document(EncodedQuery query, Tokens tokens, LongText longText) {
    return switch (longText) {
      case LongText.Cut cut -> cut(query, tokens, cut);
      case LongText.Refuse() -> cut(query, tokens, new LongText.Cut(false));
      case LongText.Passages passages -> passages(query, tokens, passages, room(query, tokens));
    };
  }

  private EncodedDocument cut(EncodedQuery query, Tokens tokens, LongText.Cut cut) {
    int end = Math.min(tokens.count(), cut.limits().document());
    PairFit fit = fit(query, end, tokens.lead().length, cut.limits());
    int first = cut.keepEnd() ? end - fit.document() : 0;
    EncodedPair pair = pair(query, fit.query(), tokens, tokens.ids(), first, fit.document());
    return new EncodedDocument(tokens, List.of(new Passage(pair, first, first + fit.document())));
  }

  private PairFit fit(EncodedQuery query, int document, int lead, TokenLimits limits) {
    int room =
        Math.min(maxTokens, limits.pair()) - template.specialTokens() - query.beside() - lead;
    if (framed || !limitsPairs(limits)) {
      return PairFit.queryFirst(query.keptTokens(), document, room);
    }
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
              pair(query, query.keptTokens(), tokens, ids, 0, ids.length),
              tokens.codePointsBefore() + tokens.start(bounds[i]),
              tokens.codePointsBefore() + tokens.end(bounds[i + 1] - 1)));
    }
    return omissions;
  }

  private Passage passage(EncodedQuery query, Tokens document, int first, int end) {
    return new Passage(
        pair(query, query.keptTokens(), document, document.ids(), first, end - first), first, end);
  }

  /** Encodes the query's first tokens with {@code documentIds[start .. start + kept]}. */
  private EncodedPair pair(
      EncodedQuery query, int queryKept, Tokens document, long[] documentIds, int start, int kept) {
    int read = queryKept + query.beside();
    long[] lead = document.lead();
    long[] inputIds = new long[template.specialTokens() + read + lead.length + kept];
    int end = append(template.before(), inputIds, 0);
    System.arraycopy(query.ids(), 0, inputIds, end, read);
    int documentStart = append(template.between(), inputIds, end + read);
    System.arraycopy(lead, 0, inputIds, documentStart, lead.length);
    System.arraycopy(documentIds, start, inputIds, documentStart + lead.length, kept);
    append(template.after(), inputIds, documentStart + lead.length + kept);

    long[] segmentIds = new long[inputIds.length];
    Arrays.fill(segmentIds, 0, documentStart, template.querySegment());
    Arrays.fill(segmentIds, documentStart, segmentIds.length, template.documentSegment());
    return new EncodedPair(inputIds, segmentIds, documentStart);
  }

  private static long[] joined(long[] lead, long[] ids, int kept, long[] trail) {
    long[] all = Arrays.copyOf(lead, lead.length + kept + trail.length);
    System.arraycopy(ids, 0, all, lead.length, kept);
    System.arraycopy(trail, 0, all, lead.length + kept, trail.length);
    return all;
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
