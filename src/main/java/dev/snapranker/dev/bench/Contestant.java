package dev.snapranker.dev.bench;

/** Something that ranks, to be measured. */
interface Contestant extends AutoCloseable {
  String name();

  /** Ranks the request. The result is not looked at, but all of it must be made. */
  void rank(BenchRequest request);

  @Override
  void close();
}
