package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.LongText;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Scores;
import dev.snapranker.api.SentenceEffect;
import dev.snapranker.api.StageLogit;
import dev.snapranker.api.StageUsage;
import dev.snapranker.api.TextCoverage;
import dev.snapranker.api.Usage;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes native replies. */
final class NativeReplyJson {
  private final @Nullable Integer memoryMegabytes;

  /**
   * @param memoryMegabytes the function's memory, to compute the cost of a call; null outside of
   *     Lambda
   */
  NativeReplyJson(@Nullable Integer memoryMegabytes) {
    this.memoryMegabytes = memoryMegabytes;
  }

  void write(JsonGenerator out, JsonNode posted, Answer answer, Timings timings)
      throws IOException {
    Ranking ranking = answer.ranking();
    out.writeStartObject();
    results(out, posted, answer);
    out.writeObjectFieldStart("usage");
    usage(out, ranking.usage());
    cost(out, posted, timings);
    out.writeEndObject();
    out.writeObjectFieldStart("timings_ms");
    out.writeNumberField("parse", Timings.millis(timings.parseNanos()));
    out.writeNumberField("tokenize", Timings.millis(ranking.tokenizeNanos()));
    out.writeNumberField("score", Timings.millis(ranking.scoreNanos()));
    if (ranking.usage().fanOut() != null) {
      out.writeNumberField(
          "slowest_slice", Timings.millis(ranking.usage().fanOut().slowestNanos()));
    }
    out.writeNumberField("total", Timings.millis(timings.totalNanos()));
    out.writeEndObject();
    Json.strings(out, "warnings", ranking.warnings());
    out.writeEndObject();
  }

  /** Writes the part of a reply that is always the same for the same request and model. */
  static void results(JsonGenerator out, JsonNode posted, Answer answer) throws IOException {
    out.writeStringField("model", answer.ranking().model());
    out.writeArrayFieldStart("results");
    for (RankedCandidate result : answer.ranking().results()) {
      result(out, posted, answer, result);
    }
    out.writeEndArray();
  }

  private static void usage(JsonGenerator out, Usage usage) throws IOException {
    out.writeNumberField("candidates", usage.candidates());
    out.writeNumberField("scored", usage.scored());
    out.writeNumberField("duplicates", usage.duplicates());
    out.writeNumberField("passages", usage.passages());
    out.writeNumberField("cached", usage.cached());
    out.writeNumberField("tokens", usage.tokens());
    out.writeNumberField("truncated", usage.truncated());
    if (usage.blank() > 0) {
      out.writeNumberField("blank", usage.blank());
    }
    if (usage.explain() != null) {
      out.writeObjectFieldStart(NativeRequestJson.EXPLAIN);
      out.writeNumberField("passages", usage.explain().passages());
      out.writeNumberField("tokens", usage.explain().tokens());
      out.writeEndObject();
    }
    if (usage.fanOut() != null) {
      out.writeObjectFieldStart("fan_out");
      out.writeNumberField("slices", usage.fanOut().slices());
      out.writeNumberField("answered", usage.fanOut().answered());
      out.writeNumberField("throttled", usage.fanOut().throttled());
      out.writeNumberField("failed", usage.fanOut().failed());
      out.writeEndObject();
    }
    if (usage.stages().size() > 1) {
      out.writeArrayFieldStart("stages");
      for (StageUsage stage : usage.stages()) {
        out.writeStartObject();
        out.writeStringField("model", stage.model());
        out.writeNumberField("candidates", stage.candidates());
        out.writeNumberField("scored", stage.scored());
        out.writeNumberField("tokens", stage.tokens());
        out.writeEndObject();
      }
      out.writeEndArray();
    }
  }

  /**
   * Writes the cost of the call, if the request asks for it. Lambda bills each started millisecond
   * of the function's whole memory.
   */
  void cost(JsonGenerator out, JsonNode posted, Timings timings) throws IOException {
    if (!posted.path(NativeRequestJson.RETURN_COST).asBoolean()) {
      return;
    }
    long billedMillis = Math.ceilDiv(timings.totalNanos(), 1_000_000);
    out.writeNumberField("billed_ms", billedMillis);
    if (memoryMegabytes != null) {
      out.writeNumberField("gb_seconds", billedMillis / 1000.0 * memoryMegabytes / 1024.0);
    }
  }

  private static void result(
      JsonGenerator out, JsonNode posted, Answer answer, RankedCandidate result)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("id", result.id());
    out.writeNumberField("index", result.index());
    out.writeNumberField("rank", result.rank());
    Scores scores = result.scores();
    boolean raw = answer.request().options().rawScores();
    if (scores != null && raw) {
      out.writeNumberField("score", (float) scores.score()); // a float, like the logit
    } else if (scores != null) {
      out.writeNumberField("score", scores.score());
    }
    if (scores == null || !scores.byModel()) {
      out.writeBooleanField("scored", false);
    } else if (!raw) {
      out.writeNumberField("logit", scores.logit());
    }
    if (answer.returnsText()) {
      out.writeStringField("text", answer.candidate(result).text());
    }
    JsonNode metadata = posted.path("candidates").path(result.index()).get("metadata");
    if (metadata != null && !metadata.isNull()) {
      out.writeFieldName("metadata");
      out.writeTree(metadata);
    }
    out.writeBooleanField("truncated", result.truncated());
    TextCoverage text = result.text();
    if (text != null) {
      out.writeNumberField("tokens_kept", text.tokensKept());
      out.writeNumberField("tokens_total", text.tokensTotal());
      if (answer.request().options().longText() instanceof LongText.Passages) {
        range(out, "best_passage", text.bestStart(), text.bestEnd());
      }
    }
    if (answer.request().options().explain() && scores != null && text != null) {
      explanation(out, result, scores, text);
    }
    out.writeEndObject();
  }

  private static void explanation(
      JsonGenerator out, RankedCandidate result, Scores scores, TextCoverage text)
      throws IOException {
    out.writeObjectFieldStart(NativeRequestJson.EXPLAIN);
    out.writeArrayFieldStart("stages");
    for (StageLogit stage : scores.logits()) {
      out.writeStartObject();
      out.writeStringField("model", stage.model());
      out.writeNumberField("logit", stage.logit());
      out.writeEndObject();
    }
    out.writeEndArray();
    Double firstStage = scores.firstStagePart();
    if (firstStage != null) {
      out.writeNumberField("first_stage", firstStage);
    }
    range(out, "passage", text.bestStart(), text.bestEnd());
    out.writeArrayFieldStart("sentences");
    for (SentenceEffect sentence : result.sentences()) {
      out.writeStartObject();
      out.writeNumberField("start", sentence.start());
      out.writeNumberField("end", sentence.end());
      out.writeNumberField("drop", sentence.drop());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /**
   * Writes a range of a document's text.
   *
   * @param start the first code point
   * @param end the code point after the last
   */
  private static void range(JsonGenerator out, String name, int start, int end) throws IOException {
    out.writeObjectFieldStart(name);
    out.writeNumberField("start", start);
    out.writeNumberField("end", end);
    out.writeEndObject();
  }
}
