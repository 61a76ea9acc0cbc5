package dev.snapranker.rank.scoring;

import dev.snapranker.api.Scores;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedPair;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A document of a stage, and what has been read and scored of it so far.
 *
 * <p>Thread-safe, as long as no two threads read it at the same time. If two threads score the same
 * passage, the first logit stays; both are the same bits.
 */
final class StageDocument {
  private final ModelInput input;
  private final OpenQuery query;
  private final int candidate; // position in the request
  private @Nullable EncodedDocument encoded; // null if not read
  private AtomicReferenceArray<@Nullable Float> logits = new AtomicReferenceArray<>(0);
  private AtomicIntegerArray counted = new AtomicIntegerArray(0); // 1 once a logit is counted

  /**
   * @param query the input's query, open at the model
   */
  StageDocument(ModelInput input, OpenQuery query, int candidate) {
    this.input = input;
    this.query = query;
    this.candidate = candidate;
  }

  int candidate() {
    return candidate;
  }

  /** How many characters of the text are read. */
  int chars() {
    return input.chars(candidate);
  }

  boolean isRead() {
    return encoded != null;
  }

  /** Tokenises the document and encodes it with the query. */
  void read() {
    EncodedDocument document = input.document(candidate);
    logits = new AtomicReferenceArray<>(document.passages().size());
    counted = new AtomicIntegerArray(document.passages().size());
    if (document.totalTokens() == 0) {
      logits.set(0, Scores.BLANK_LOGIT); // no token to read
    }
    encoded = document;
  }

  /** Refuses the document if it cannot be scored with the request's options. */
  void check() {
    input.check(candidate, encoded);
  }

  /** The number of passages, once the document was read. */
  int passages() {
    return logits.length();
  }

  EncodedPair pair(int passage) {
    return document().passages().get(passage).pair();
  }

  /** How many tokens the model reads for a passage. */
  int tokens(int passage) {
    return query.tokens(pair(passage));
  }

  /** How many tokens the model must still read, once the document was read. */
  long tokensLeft() {
    long left = 0;
    for (int passage = 0; passage < passages(); passage++) {
      left += isScored(passage) ? 0 : tokens(passage);
    }
    return left;
  }

  /** How much work the passages without a logit are for another environment. */
  long workLeft() {
    long left = 0;
    for (int passage = 0; passage < passages(); passage++) {
      left += isScored(passage) ? 0 : Slicing.work(pair(passage));
    }
    return left;
  }

  boolean isScored(int passage) {
    return logits.get(passage) != null;
  }

  /** Whether all passages are scored. */
  boolean isScored() {
    return isRead() && tokensLeft() == 0;
  }

  /**
   * Scores a passage here.
   *
   * @param work counts it, unless another thread was first
   */
  void score(int passage, Work work) {
    Work own = new Work();
    float logit = query.logit(pair(passage), own, work);
    publish(passage, logit, own, work);
  }

  /**
   * Takes over a logit that another environment computed.
   *
   * @param work counts the passage, unless it was scored here before
   */
  void accept(int passage, float logit, Work work) {
    query.remember(pair(passage), logit);
    Work elsewhere = new Work();
    elsewhere.add(tokens(passage));
    publish(passage, logit, elsewhere, work);
  }

  /** Counts a passage before others see its logit, so that no logit is ever seen uncounted. */
  private void publish(int passage, float logit, Work done, Work work) {
    if (counted.compareAndSet(passage, 0, 1)) {
      work.add(done);
      logits.set(passage, logit);
    }
  }

  /** Takes over the logits that the cache has. */
  void recall(Work work) {
    for (int passage = 0; passage < passages(); passage++) {
      Float known = isScored(passage) ? null : query.recall(pair(passage));
      if (known != null) {
        Work cached = new Work();
        cached.addCached();
        publish(passage, known, cached, work);
      }
    }
  }

  /** The document with its logit; all passages must be scored. */
  ScoredDocument scored() {
    @Nullable Float[] all = new @Nullable Float[passages()];
    for (int passage = 0; passage < all.length; passage++) {
      all[passage] = logits.get(passage);
    }
    return ScoredDocument.of(input, document(), all);
  }

  private EncodedDocument document() {
    if (encoded == null) {
      throw new IllegalStateException("candidate " + candidate + " is not read");
    }
    return encoded;
  }
}
