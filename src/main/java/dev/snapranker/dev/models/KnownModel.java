package dev.snapranker.dev.models;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.boot.PackageFile;
import dev.snapranker.dev.cost.CostEstimate;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A published model. Tests hold the table in {@code docs/models.md} to this list.
 *
 * @param id the hub's id
 * @param family the family of its architecture
 * @param parametersM millions of parameters
 * @param graphMb the graph's megabytes in the default precision; null if it cannot be compiled
 * @param embeddingsMb how many of them are embeddings in a file of their own; null for none
 * @param precision the default precision if it is not {@code int8-7bit}
 * @param cpuMillis processor time of 100 candidates of 70 tokens and of 150 tokens with VNNI,
 *     measured with random weights in the model's shape; null if not measured
 * @param initSeconds processor time until the function is ready, measured in the same way
 * @param ndcg the mean nDCG@10 of MTEB(eng, v2)'s retrieval tasks, as published; null if unknown
 * @param languages what it reads
 * @param licence the licence of its model card
 * @param graph how {@code compile} takes it
 * @param options what {@code compile} needs beside the checkpoint
 * @param note what else a user must know; null for nothing
 */
record KnownModel(
    String id,
    String family,
    int parametersM,
    @Nullable Integer graphMb,
    @Nullable Integer embeddingsMb,
    @Nullable String precision,
    @Nullable List<Double> cpuMillis,
    @Nullable Double initSeconds,
    @Nullable Double ndcg,
    String languages,
    String licence,
    Support graph,
    @Nullable String options,
    @Nullable String note) {

  static final List<String> HEADINGS =
      List.of(
          "model",
          "family",
          "parameters",
          "graph",
          "memory",
          "nDCG@10",
          "languages",
          "licence",
          "compile");

  static final List<String> TIME_HEADINGS =
      List.of(
          "shape of",
          "graph",
          "memory",
          "s until ready (measured)",
          "ms with VNNI (measured)",
          "ms with AVX2 (calculated)",
          "$ with VNNI",
          "$ with AVX2",
          "$ on Arm (assumed)");

  private static final String LIST = "/dev/snapranker/dev/models/known-models.json";
  private static final String NOTHING = "";

  /** How {@code compile} takes a model. */
  enum Support {
    @JsonProperty("purpose-built")
    PURPOSE_BUILT("purpose-built"),
    @JsonProperty("stock")
    STOCK("stock export"),
    @JsonProperty("refused")
    REFUSED("refused");

    final String words;

    Support(String words) {
      this.words = words;
    }
  }

  /** All of them, in the order in which they are shown. */
  static List<KnownModel> all() {
    JsonMapper mapper =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    try {
      return List.of(mapper.readValue(PackageFile.read(LIST), KnownModel[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(LIST + " of the package cannot be read", e);
    }
  }

  /** A row of the table, below {@link #HEADINGS}. */
  List<String> cells() {
    return List.of(
        id,
        family,
        parametersM + " M",
        graphMb == null ? NOTHING : graphMb + " MB",
        memory(),
        ndcg == null ? NOTHING : "%.3f".formatted(ndcg),
        languages,
        licence,
        graph.words);
  }

  private String memory() {
    return graphMb == null
        ? NOTHING
        : "%.0f MB"
            .formatted(
                PeakMemory.ofCompiled(
                    graphMb,
                    embeddingsMb == null ? 0 : embeddingsMb,
                    PeakMemory.BLOCKWISE.equals(precision)));
  }

  /** A row below {@link #TIME_HEADINGS}; empty if the shape's time was not measured. */
  List<String> timeCells() {
    if (cpuMillis == null) {
      return List.of();
    }
    List<CostEstimate> costs = cpuMillis.stream().map(CostEstimate::new).toList();
    return List.of(
        id,
        graphMb + " MB",
        memory(),
        initSeconds == null ? NOTHING : "%.1f".formatted(initSeconds),
        range(costs, "%,.0f", CostEstimate::vnniMillis),
        range(costs, "%,.0f", CostEstimate::avx2Millis),
        range(costs, "%.3f", CostEstimate::vnniDollars),
        range(costs, "%.3f", CostEstimate::avx2Dollars),
        range(costs, "%.3f", CostEstimate::arm64Dollars));
  }

  private static String range(
      List<CostEstimate> costs, String format, ToDoubleFunction<CostEstimate> figure) {
    return costs.stream()
        .map(cost -> String.format(Locale.ROOT, format, figure.applyAsDouble(cost)))
        .collect(Collectors.joining(" – "));
  }

  /** The name of a bundle's folder. */
  String folder() {
    return id.substring(id.indexOf('/') + 1).toLowerCase(Locale.ROOT);
  }
}
