package dev.snapranker.rank.scoring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * A stage's documents in their order, or some of them.
 *
 * <p>Thread-safe, as long as no two threads read the same document at the same time.
 */
final class StageDocuments {
  private final List<StageDocument> documents;
  private final Work work;
  private final LongSupplier clock;
  private final AtomicLong readNanos; // of all threads
  private final AtomicLong readChars;

  /**
   * @param query the input's query, open at the model
   * @param candidates positions in the request, best first, with different texts
   * @param work counts the model's work, including documents of which only a part is scored
   */
  StageDocuments(
      ModelInput input, OpenQuery query, List<Integer> candidates, Work work, LongSupplier clock) {
    this(
        candidates.stream().map(candidate -> new StageDocument(input, query, candidate)).toList(),
        work,
        clock,
        new AtomicLong(),
        new AtomicLong());
  }

  private StageDocuments(
      List<StageDocument> documents,
      Work work,
      LongSupplier clock,
      AtomicLong readNanos,
      AtomicLong readChars) {
    this.documents = documents;
    this.work = work;
    this.clock = clock;
    this.readNanos = readNanos;
    this.readChars = readChars;
  }

  /** Some of the documents. What is read and scored of them is read and scored here, too. */
  StageDocuments part(List<Integer> positions) {
    return new StageDocuments(
        positions.stream().map(documents::get).toList(), work, clock, readNanos, readChars);
  }

  List<StageDocument> all() {
    return documents;
  }

  int count() {
    return documents.size();
  }

  boolean isRead(int i) {
    return documents.get(i).isRead();
  }

  boolean areRead() {
    return documents.stream().allMatch(StageDocument::isRead);
  }

  /** Tokenises a document and encodes it with the query. */
  void read(int i) {
    long started = clock.getAsLong();
    documents.get(i).read();
    readNanos.addAndGet(clock.getAsLong() - started);
    readChars.addAndGet(documents.get(i).chars());
  }

  /** The estimated time to read a document; 0 before the first one is read. */
  long estimateReadNanos(int i) {
    return (long)
        ((double) readNanos.get() / Math.max(1, readChars.get()) * documents.get(i).chars());
  }

  /** Refuses a document that cannot be scored with the request's options. */
  void check(int i) {
    documents.get(i).check();
  }

  /** Checks the documents read so far, in the request's order. */
  void check() {
    documents.stream()
        .sorted(Comparator.comparingInt(StageDocument::candidate))
        .forEach(StageDocument::check);
  }

  /** The number of passages of a document that was read. */
  int passages(int i) {
    return documents.get(i).passages();
  }

  /** How many tokens of a document that was read the model must still read. */
  long tokensLeft(int i) {
    return documents.get(i).tokensLeft();
  }

  /** How much work the rest of a document that was read is for another environment. */
  long workLeft(int i) {
    return documents.get(i).workLeft();
  }

  boolean isScored(int i, int passage) {
    return documents.get(i).isScored(passage);
  }

  /** Whether all passages of a document are scored. */
  boolean isScored(int i) {
    return documents.get(i).isScored();
  }

  boolean areScored() {
    return documents.stream().allMatch(StageDocument::isScored);
  }

  /** The logits of the first documents, which must be scored. */
  List<Float> logits(int count) {
    return documents.stream().limit(count).map(document -> document.scored().logit()).toList();
  }

  void score(int i, int passage) {
    documents.get(i).score(passage, work);
  }

  /** Takes over the logit of a passage that another environment computed. */
  void accept(PassageRef passage, float logit) {
    documents.get(passage.document()).accept(passage.passage(), logit, work);
  }

  /** Takes over the logits that the cache has, of the documents that were read. */
  void recall() {
    documents.stream().filter(StageDocument::isRead).forEach(document -> document.recall(work));
  }

  /** The passages without a logit of all documents that were read, in their order. */
  List<PassageRef> unscored() {
    List<PassageRef> unscored = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      int document = i;
      IntStream.range(0, passages(i))
          .filter(passage -> !isScored(document, passage))
          .forEach(passage ->
              unscored.add(
                  new PassageRef(document, passage, documents.get(document).tokens(passage))));
    }
    return unscored;
  }

  /**
   * The documents before the first one that is not completely scored. Later scores count as work
   * but are dropped: a document must not rank higher because it was faster.
   */
  List<StageDocument> firstScored() {
    return documents.stream().takeWhile(StageDocument::isScored).toList();
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
