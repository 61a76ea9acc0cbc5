package dev.snapranker.dev.bench;

/** Something that ranks, to be measured. */
interface Contestant extends AutoCloseable {
  String name();

  /** Ranks the request; what it gives is of no interest here, but all of it must be made. */
  void rank(BenchRequest request);

  @Override
  void close();
}
