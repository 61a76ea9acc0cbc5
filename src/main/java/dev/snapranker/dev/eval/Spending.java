package dev.snapranker.dev.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.dev.cli.Measurement;

/** The time and tokens that the queries of an evaluation took. */
final class Spending {
  private final Measurement time = new Measurement("");
  private long candidates;
  private long scored;
  private long tokens;
  private long deep;

  void add(CollectionReranker.Reply reply) {
    time.add(reply.nanos());
    JsonNode usage = reply.json().path("usage");
    candidates += usage.path("candidates").asLong();
    scored += usage.path("scored").asLong();
    tokens += usage.path("tokens").asLong();
    JsonNode stages = usage.path("stages");
    deep += stages.isEmpty() ? usage.path("scored").asLong() : last(stages).path("scored").asLong();
  }

  private static JsonNode last(JsonNode stages) {
    return stages.get(stages.size() - 1);
  }

  /** Wall time, the median. */
  double medianMillis() {
    return time.percentileMillis(0.5);
  }

  double p99Millis() {
    return time.percentileMillis(0.99);
  }

  double meanMillis() {
    return 1000 * time.seconds() / time.count();
  }

  double tokensPerQuery() {
    return (double) tokens / time.count();
  }

  /** The share of the candidates that were scored. */
  double scoredShare() {
    return (double) scored / candidates;
  }

  /** The share of the candidates that the last stage did not score. */
  double earlyExits() {
    return 1 - (double) deep / candidates;
  }

  void write(ObjectNode line) {
    line.put("ms_per_query", meanMillis())
        .put("p50_ms", medianMillis())
        .put("p99_ms", p99Millis())
        .put("tokens_per_query", tokensPerQuery())
        .put("scored", scoredShare())
        .put("early_exits", earlyExits());
  }

  @Override
  public String toString() {
    return "%.1f ms a query (p99 %.1f), %.0f tokens; %.1f %% of candidates scored, %.1f %% not by the last stage"
        .formatted(
            meanMillis(), p99Millis(), tokensPerQuery(), 100 * scoredShare(), 100 * earlyExits());
  }
}
