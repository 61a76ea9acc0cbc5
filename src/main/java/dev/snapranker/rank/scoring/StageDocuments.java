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
 * A stage's documents in their order, and what is read and scored of them so far.
 *
 * <p>Safe for use by many threads, as long as no two work on one passage, or read one document, at
 * the same time.
 */
final class StageDocuments {
  private final ModelInput input;
  private final List<Integer> candidates;
  private final Work work;
  private final LongSupplier clock;
  private final @Nullable EncodedDocument[] encoded; // [documents]; null: not read
  private final @Nullable Float[][] logits; // [documents][passages]; null: not scored
  private final AtomicLong readNanos = new AtomicLong(); // of all threads
  private final AtomicLong readChars = new AtomicLong();

  /**
   * @param candidates positions in the request, best first, no two of one text
   * @param work counts what the model does, also for documents that are not scored in full
   */
  StageDocuments(ModelInput input, List<Integer> candidates, Work work, LongSupplier clock) {
    this.input = input;
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

  /** Tokenises a document and lays it out beside the query. */
  void read(int i) {
    long started = clock.getAsLong();
    EncodedDocument document = input.document(candidates.get(i));
    readNanos.addAndGet(clock.getAsLong() - started);
    readChars.addAndGet(chars(i));
    logits[i] = new @Nullable Float[document.passages().size()];
    if (document.totalTokens() == 0) {
      logits[i][0] = Scores.BLANK_LOGIT; // the model has nothing to read
    }
    encoded[i] = document;
  }

  /** How long a document takes to read, by those read so far; 0 before the first one. */
  long estimateReadNanos(int i) {
    return (long) ((double) readNanos.get() / Math.max(1, readChars.get()) * chars(i));
  }

  private int chars(int i) {
    return input.chars(candidates.get(i));
  }

  /** Refuses a document that cannot be scored as the request wants it. */
  void check(int i) {
    input.check(candidates.get(i), encoded[i]);
  }

  /** Refuses the first one, in the request's order, of those that were read. */
  void check() {
    IntStream.range(0, count())
        .boxed()
        .sorted(Comparator.comparing(candidates::get))
        .forEach(this::check);
  }

  /** How many passages a document that was read has. */
  int passages(int i) {
    return logits[i].length;
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
    return logits[i][passage] != null;
  }

  /** Whether all passages of a document are scored. */
  boolean isScored(int i) {
    return isRead(i) && tokensLeft(i) == 0;
  }

  void score(int i, int passage) {
    EncodedPair pair = document(i).passages().get(passage).pair();
    logits[i][passage] = input.model().logit(pair, work);
  }

  private EncodedDocument document(int i) {
    EncodedDocument document = encoded[i];
    if (document == null) {
      throw new IllegalStateException("document " + i + " is not read");
    }
    return document;
  }

  /**
   * Those before the first one that is not scored in full. What was scored beyond it counts as
   * work, but no document may rank for having been quick.
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
   * How long input took, if all threads shared it evenly.
   *
   * @param threads that read at once
   */
  long readNanos(int threads) {
    return readNanos.get() / Math.clamp(count(), 1, threads);
  }
}
