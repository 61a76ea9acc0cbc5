package dev.snapranker.dev.bench;

/** A reranker to measure. */
interface Contestant extends AutoCloseable {
  String name();

  /** Ranks the request completely. The result is not used. */
  void rank(BenchRequest request);

  @Override
  void close();
}
