package dev.snapranker.dev.bench;

/** A reranker to measure. */
interface Contestant extends AutoCloseable {
  String name();

  /** Ranks the request completely; throws a {@link ContestantFailure} if it cannot go on. */
  Scores rank(BenchRequest request);

  /** The processor time that it has used so far, or that this process has. */
  long cpuNanos();

  @Override
  void close();

  /** The scores of a request; what is needed to read them is not measured. */
  @FunctionalInterface
  interface Scores {
    /** One for each candidate, in the request's order. A higher one is better. */
    double[] read();
  }
}
