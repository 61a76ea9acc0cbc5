package dev.snapranker.dev.bench;

import java.util.List;

/** A library of Java that ranks with a stock export. */
interface Library extends AutoCloseable {

  /** One score for each text. */
  double[] rank(String query, List<String> texts);

  @Override
  void close();
}
