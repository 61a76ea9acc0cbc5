package dev.snapranker.rank;

import dev.snapranker.text.EncodedDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The documents that came to a stage, in its order: what was read so far, and what was scored.
 *
 * <p>Safe for use by many threads, as long as no two work on one passage, or read one document, at
 * the same time.
 */
final class Documents {
  private final Model model;
  private final Reading reading;
  private final List<Hit> hits;
  private final LongSupplier nanoTime;
  private final @Nullable EncodedDocument[] encoded; // [documents]; null: not read
  private final @Nullable PairScore[][] scores; // [documents][passages]; null: not scored
  private final AtomicLong readNanos = new AtomicLong(); // of all threads
  private final AtomicLong readChars = new AtomicLong();

  /**
   * @param hits best first, no two of one text
   */
  Documents(Model model, Reading reading, List<Hit> hits, LongSupplier nanoTime) {
    this.model = model;
    this.reading = reading;
    this.hits = hits;
    this.nanoTime = nanoTime;
    this.encoded = new @Nullable EncodedDocument[hits.size()];
    this.scores = new @Nullable PairScore[hits.size()][0];
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

  /** Tokenises a document and lays it out beside the query. */
  void read(int i) {
    long started = nanoTime.getAsLong();
    EncodedDocument document = reading.document(hits.get(i).index());
    readNanos.addAndGet(nanoTime.getAsLong() - started);
    readChars.addAndGet(hits.get(i).candidate().text().length());
    scores[i] = new @Nullable PairScore[document.passages().size()];
    encoded[i] = document;
  }

  /** How long a document takes to read, by those read so far; 0 before the first one. */
  long estimateReadNanos(int i) {
    long chars = hits.get(i).candidate().text().length();
    return (long) ((double) readNanos.get() / Math.max(1, readChars.get()) * chars);
  }

  /** Refuses a document that cannot be scored as the request wants it. */
  void check(int i) {
    reading.check(hits.get(i).index(), encoded[i]);
  }

  /** Refuses one of those that were read: the first one in the request. */
  void check() {
    IntStream.range(0, count())
        .boxed()
        .sorted(Comparator.comparingInt(i -> hits.get(i).index()))
        .forEach(this::check);
  }

  /** How many passages a document that was read has. */
  int passages(int i) {
    return scores[i].length;
  }

  /** How many tokens go through the model for a passage. */
  int tokens(int i, int passage) {
    return document(i).passages().get(passage).pair().tokens();
  }

  /** How many tokens of a document that was read are still to go through the model. */
  long tokensLeft(int i) {
    long left = 0;
    for (int passage = 0; passage < passages(i); passage++) {
      left += isScored(i, passage) ? 0 : tokens(i, passage);
    }
    return left;
  }

  boolean isScored(int i, int passage) {
    return scores[i][passage] != null;
  }

  /** Whether all passages of a document are. */
  boolean isScored(int i) {
    return isRead(i) && tokensLeft(i) == 0;
  }

  void score(int i, int passage) {
    scores[i][passage] = model.score(document(i).passages().get(passage).pair());
  }

  private EncodedDocument document(int i) {
    EncodedDocument document = encoded[i];
    if (document == null) {
      throw new IllegalStateException("document " + i + " is not read");
    }
    return document;
  }

  /**
   * What came of it. The scored ones are those before the first that is not scored in full: what
   * was scored beyond it counts as work, but no document may rank for having been quick.
   *
   * @param threads that worked on it at once
   * @param nanos wall time of all of it
   */
  Scoring scoring(int threads, long nanos) {
    List<ScoredDocument> scored = new ArrayList<>();
    while (scored.size() < count() && isScored(scored.size())) {
      int i = scored.size();
      scored.add(ScoredDocument.of(document(i), scores[i], reading.aggregate()));
    }
    int passages = 0;
    int cached = 0;
    long tokens = 0;
    for (int i = 0; i < count(); i++) {
      for (int passage = 0; passage < passages(i); passage++) {
        PairScore score = scores[i][passage];
        if (score != null) {
          passages++;
          cached += score.cached() ? 1 : 0;
          tokens += score.cached() ? 0 : tokens(i, passage);
        }
      }
    }
    long tokenizeNanos = Math.min(nanos, readNanos.get() / Math.clamp(count(), 1, threads));
    return new Scoring(scored, passages, cached, tokens, tokenizeNanos, nanos - tokenizeNanos);
  }
}
