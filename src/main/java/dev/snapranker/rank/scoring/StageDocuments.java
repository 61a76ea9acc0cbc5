package dev.snapranker.rank.scoring;

import dev.snapranker.api.Scores;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedPair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A stage's documents in their order, and what has been read and scored so far.
 *
 * <p>Thread-safe, as long as no two threads score the same passage or read the same document at the
 * same time.
 */
final class StageDocuments {
  private final ModelInput input;
  private final OpenQuery query;
  private final List<Integer> candidates;
  private final Work work;
  private final LongSupplier clock;
  private final @Nullable EncodedDocument[] encoded; // [documents]; null if not read
  private final @Nullable Float[][] logits; // [documents][passages]; null if not scored
  private final AtomicLong readNanos = new AtomicLong(); // of all threads
  private final AtomicLong readChars = new AtomicLong();

  /**
   * @param query the input's query, open at the model
   * @param candidates positions in the request, best first, with different texts
   * @param work counts the model's work, including documents of which only a part is scored
   */
  StageDocuments(
      ModelInput input, OpenQuery query, List<Integer> candidates, Work work, LongSupplier clock) {
    this.input = input;
    this.query = query;
    this.candidates = candidates;
    this.work = work;
    this.clock = clock;
    this.encoded = new @Nullable EncodedDocument[candidates.size()];
    this.logits = new @Nullable Float[candidates.size()][0];
  }

  int count() {
    return encoded.length;
  }

  boolean isRead(int i) {
    return encoded[i] != null;
  }

  boolean areRead() {
    return IntStream.range(0, count()).allMatch(this::isRead);
  }

  /** Tokenises a document and encodes it with the query. */
  void read(int i) {
    long started = clock.getAsLong();
    EncodedDocument document = input.document(candidates.get(i));
    readNanos.addAndGet(clock.getAsLong() - started);
    readChars.addAndGet(chars(i));
    logits[i] = new @Nullable Float[document.passages().size()];
    if (document.totalTokens() == 0) {
      logits[i][0] = Scores.BLANK_LOGIT; // no token to read
    }
    encoded[i] = document;
  }

  /** The estimated time to read a document; 0 before the first one is read. */
  long estimateReadNanos(int i) {
    return (long) ((double) readNanos.get() / Math.max(1, readChars.get()) * chars(i));
  }

  private int chars(int i) {
    return input.chars(candidates.get(i));
  }

  /** Refuses a document that cannot be scored with the request's options. */
  void check(int i) {
    input.check(candidates.get(i), encoded[i]);
  }

  /** Checks the documents read so far, in the request's order. */
  void check() {
    IntStream.range(0, count())
        .boxed()
        .sorted(Comparator.comparing(candidates::get))
        .forEach(this::check);
  }

  /** The number of passages of a document that was read. */
  int passages(int i) {
    return logits[i].length;
  }

  /** The number of tokens that the model reads for a passage. */
  int tokens(int i, int passage) {
    return query.tokens(document(i).passages().get(passage).pair());
  }

  /** How many tokens of a document that was read the model must still read. */
  long tokensLeft(int i) {
    long left = 0;
    for (int passage = 0; passage < passages(i); passage++) {
      left += isScored(i, passage) ? 0 : tokens(i, passage);
    }
    return left;
  }

  boolean isScored(int i, int passage) {
    return logits[i][passage] != null;
  }

  /** Whether all passages of a document are scored. */
  boolean isScored(int i) {
    return isRead(i) && tokensLeft(i) == 0;
  }

  void score(int i, int passage) {
    EncodedPair pair = document(i).passages().get(passage).pair();
    logits[i][passage] = query.logit(pair, work);
  }

  private EncodedDocument document(int i) {
    EncodedDocument document = encoded[i];
    if (document == null) {
      throw new IllegalStateException("document " + i + " is not read");
    }
    return document;
  }

  /**
   * The documents before the first one that is not completely scored. Later scores count as work
   * but are dropped: a document must not rank higher because it was faster.
   */
  List<ScoredDocument> scored() {
    List<ScoredDocument> scored = new ArrayList<>();
    while (scored.size() < count() && isScored(scored.size())) {
      int i = scored.size();
      scored.add(ScoredDocument.of(input, document(i), logits[i]));
    }
    return scored;
  }

  /**
   * The wall time of reading, if all threads had equal shares.
   *
   * @param threads how many threads read at the same time
   */
  long readNanos(int threads) {
    return readNanos.get() / Math.clamp(count(), 1, threads);
  }
}
