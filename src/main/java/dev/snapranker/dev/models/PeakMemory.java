package dev.snapranker.dev.models;

/**
 * The most memory that a function takes while it loads a model. It reads, parses and packs one part
 * of the graph after the other. The figures are fitted to the measurements in {@code
 * docs/benchmarks.md}.
 */
final class PeakMemory {
  /** The precision whose scales ONNX Runtime keeps twice, beside a sum for each of them. */
  static final String BLOCKWISE = "int8-weights";

  /** Java, the libraries and the heap. */
  private static final double WITHOUT_MODEL_MB = 170;

  private static final double COPIES_OF_A_PART = 1.4;

  /** What {@link #BLOCKWISE} adds to a decoder's matrices. */
  private static final double BLOCKWISE_SHARE = 0.22;

  /** What {@code compile} does with a graph: a larger one is cut into parts of this size. */
  private static final double WHOLE_MB = 150;

  private static final double PART_MB = 32;

  private PeakMemory() {}

  /**
   * Of a graph that {@code compile} writes.
   *
   * @param embeddingsMb what it puts into a file that is mapped, so that it takes nearly no memory
   */
  static double ofCompiled(double graphMb, double embeddingsMb, boolean blockwise) {
    return ofParts(graphMb - embeddingsMb, graphMb > WHOLE_MB ? PART_MB : graphMb, blockwise);
  }

  /** Of parts with these megabytes in all. */
  static double ofParts(double partsMb, double largestPartMb, boolean blockwise) {
    double packed = blockwise ? BLOCKWISE_SHARE * partsMb : 0;
    return WITHOUT_MODEL_MB + partsMb + packed + COPIES_OF_A_PART * largestPartMb;
  }
}
