package dev.snapranker.dev.models;

/**
 * The most memory that a function takes for a model, which it takes while it loads the model. It
 * reads, parses and packs one part of the graph after the other. The figures are fitted to the
 * measurements in {@code docs/benchmarks.md}.
 */
final class PeakMemory {
  /** Java, the libraries and the heap. */
  private static final double WITHOUT_MODEL_MB = 170;

  private static final double COPIES_OF_A_PART = 1.4;

  /** What {@code compile} does with a graph: a larger one is cut into parts of this size. */
  private static final double WHOLE_MB = 150;

  private static final double PART_MB = 32;

  private PeakMemory() {}

  /** Of a graph that {@code compile} writes. */
  static double megabytes(double graphMb) {
    return megabytes(graphMb, graphMb > WHOLE_MB ? PART_MB : graphMb);
  }

  static double megabytes(double graphMb, double largestPartMb) {
    return WITHOUT_MODEL_MB + graphMb + COPIES_OF_A_PART * largestPartMb;
  }
}
