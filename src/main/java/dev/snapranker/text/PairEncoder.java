package dev.snapranker.text;

import dev.snapranker.api.LongText;
import dev.snapranker.model.PairTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lays out query and document as one sequence of at most {@code maxTokens}. The query, with its
 * special tokens, may take half of the window; what is left is the document's, and only the
 * document is truncated.
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

  /** A query's or a document's tokens, for {@link #query} or {@link #document}. */
  public Tokens tokenize(String text) {
    return tokenizer.encode(text);
  }

  /** The query, encoded once for all of its documents. */
  public EncodedQuery query(String query) {
    return query(tokenize(query));
  }

  /** The query, encoded once for all of its documents. */
  public EncodedQuery query(Tokens query) {
    long[] ids = query.ids();
    int room = maxTokens / 2 - template.before().size() - template.between().size();
    return new EncodedQuery(ids.length > room ? Arrays.copyOf(ids, room) : ids, ids.length);
  }

  /** How many tokens of a document fit beside the query. */
  public int room(EncodedQuery query) {
    return maxTokens - template.specialTokens() - query.keptTokens();
  }

  /** The query and the beginning of one document. */
  public EncodedPair pair(String query, String document) {
    return document(query(query), document, LongText.KEEP_START).pairs().getFirst();
  }

  /** The query and one document. */
  public EncodedDocument document(EncodedQuery query, String document, LongText longText) {
    return document(query, tokenize(document), longText);
  }

  /** The query and one document. */
  public EncodedDocument document(EncodedQuery query, Tokens tokens, LongText longText) {
    int room = room(query);
    int kept = Math.min(tokens.count(), room);
    return switch (longText) {
      case LongText.Cut(boolean keepEnd) -> {
        int start = keepEnd ? tokens.count() - kept : 0;
        yield new EncodedDocument(tokens, List.of(passage(query, tokens, start, start + kept)));
      }
      case LongText.Refuse() ->
          new EncodedDocument(tokens, List.of(passage(query, tokens, 0, kept)));
      case LongText.Passages passages -> passages(query, tokens, passages, room);
    };
  }

  private EncodedDocument passages(
      EncodedQuery query, Tokens tokens, LongText.Passages cut, int room) {
    int end = Math.min(tokens.count(), cut.documentTokens());
    int most = Math.min(cut.maxTokens(), room);
    int limit = cut.aggregate() == LongText.Aggregate.FIRST ? 1 : cut.limit();
    if (end <= most) { // as almost all are: no need to know its sentences
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
   * A passage without each of its sentences in turn; none if it has one only.
   *
   * @param most the most variants; of more sentences, neighbours are removed together
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
              pair(query, ids, 0, ids.length),
              tokens.start(bounds[i]),
              tokens.end(bounds[i + 1] - 1)));
    }
    return omissions;
  }

  private Passage passage(EncodedQuery query, Tokens document, int first, int end) {
    return new Passage(pair(query, document.ids(), first, end - first), first, end);
  }

  /** The query with {@code documentIds[start .. start + kept]}. */
  private EncodedPair pair(EncodedQuery query, long[] documentIds, int start, int kept) {
    long[] inputIds = new long[template.specialTokens() + query.keptTokens() + kept];
    int end = append(template.before(), inputIds, 0);
    System.arraycopy(query.ids(), 0, inputIds, end, query.keptTokens());
    int documentStart = append(template.between(), inputIds, end + query.keptTokens());
    System.arraycopy(documentIds, start, inputIds, documentStart, kept);
    append(template.after(), inputIds, documentStart + kept);

    long[] segmentIds = new long[inputIds.length];
    Arrays.fill(segmentIds, 0, documentStart, template.querySegment());
    Arrays.fill(segmentIds, documentStart, segmentIds.length, template.documentSegment());
    return new EncodedPair(inputIds, segmentIds);
  }

  /** Writes the tokens from {@code at} on and returns where they end. */
  private static int append(List<Integer> tokens, long[] inputIds, int at) {
    int end = at;
    for (int token : tokens) {
      inputIds[end++] = token;
    }
    return end;
  }
}
