package dev.snapranker.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Scores;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.StageUsage;
import dev.snapranker.api.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The native dialect: what {@code POST /rerank} and a direct invoke take and give. */
final class NativeJson implements Dialect {
  private static final String RETURN_COST = "return_cost";
  private static final List<String> REQUEST =
      List.of(
          "query",
          "candidates",
          "top_k",
          "min_score",
          "return_text",
          "raw_scores",
          "model",
          RETURN_COST,
          "stages",
          "budget_ms");
  private static final List<String> STAGE = List.of("model", "keep", "margin");
  private static final List<String> CANDIDATE = List.of("id", "text", "score", "metadata");

  private final @Nullable Integer memoryMegabytes;

  NativeJson(@Nullable Integer memoryMegabytes) {
    this.memoryMegabytes = memoryMegabytes;
  }

  @Override
  public RerankRequest read(JsonNode posted) {
    Fields fields = Fields.of(posted, "", REQUEST);
    fields.flag(RETURN_COST); // read again when the call's time is known
    String query = fields.string("query");
    JsonNode entries = fields.array("candidates", "an array of strings or objects");
    Options options =
        new Options(
            fields.optionalInteger("top_k"),
            fields.optionalNumber("min_score"),
            fields.flag("return_text"),
            fields.flag("raw_scores"),
            fields.optionalString("model"),
            LongText.KEEP_START,
            new Plan(stages(fields), fields.optionalInteger("budget_ms"), null, true));
    List<Candidate> candidates = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      candidates.add(candidate(entries.get(i), i));
    }
    return new RerankRequest(query, candidates, options);
  }

  private static List<StageChoice> stages(Fields request) {
    if (request.optional("stages") == null) {
      return List.of();
    }
    JsonNode entries = request.array("stages", "an array of objects");
    if (entries.isEmpty()) {
      throw new RerankException(Reason.EMPTY, "stages", "is empty; expected at least one");
    }
    List<StageChoice> stages = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      Fields stage = Fields.of(entries.get(i), "stages[" + i + "]", STAGE);
      stages.add(
          new StageChoice(
              stage.string("model"),
              stage.optionalInteger("keep"),
              stage.optionalNumber("margin")));
    }
    return stages;
  }

  private static Candidate candidate(JsonNode entry, int index) {
    String position = Integer.toString(index);
    if (entry.isTextual()) {
      return new Candidate(position, entry.textValue(), null);
    }
    String path = "candidates[" + index + "]";
    if (!entry.isObject()) {
      throw Fields.wrongType(path, entry, "a string or an object");
    }
    Fields fields = Fields.of(entry, path, CANDIDATE);
    return new Candidate(
        Objects.requireNonNullElse(fields.optionalString("id"), position),
        fields.string("text"),
        fields.optionalNumber("score"));
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    return HttpReply.json(e.reason().status(), ErrorJson.http(e));
  }

  @Override
  public HttpReply reply(Answer answer) {
    return HttpReply.json(200, body(answer));
  }

  private String body(Answer answer) {
    Ranking ranking = answer.ranking();
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("model", ranking.model());
      out.writeArrayFieldStart("results");
      for (Ranked result : ranking.results()) {
        result(out, answer, result);
      }
      out.writeEndArray();
      out.writeObjectFieldStart("usage");
      usage(out, ranking.usage());
      if (answer.posted().path(RETURN_COST).asBoolean()) {
        cost(out, answer.timings());
      }
      out.writeEndObject();
      out.writeObjectFieldStart("timings_ms");
      out.writeNumberField("parse", Timings.millis(answer.timings().parseNanos()));
      out.writeNumberField("tokenize", Timings.millis(ranking.tokenizeNanos()));
      out.writeNumberField("score", Timings.millis(ranking.scoreNanos()));
      out.writeNumberField("total", Timings.millis(answer.timings().totalNanos()));
      out.writeEndObject();
      Json.strings(out, "warnings", ranking.warnings());
      out.writeEndObject();
    });
  }

  private static void usage(JsonGenerator out, Usage usage) throws IOException {
    out.writeNumberField("candidates", usage.candidates());
    out.writeNumberField("scored", usage.scored());
    out.writeNumberField("tokens", usage.tokens());
    out.writeNumberField("truncated", usage.truncated());
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

  /** Lambda bills each started millisecond, for all of the function's memory. */
  private void cost(JsonGenerator out, Timings timings) throws IOException {
    long billedMillis = Math.ceilDiv(timings.totalNanos(), 1_000_000);
    out.writeNumberField("billed_ms", billedMillis);
    if (memoryMegabytes != null) {
      out.writeNumberField("gb_seconds", billedMillis / 1000.0 * memoryMegabytes / 1024.0);
    }
  }

  private static void result(JsonGenerator out, Answer answer, Ranked result) throws IOException {
    out.writeStartObject();
    out.writeStringField("id", result.id());
    out.writeNumberField("index", result.index());
    out.writeNumberField("rank", result.rank());
    Scores scores = result.scores();
    if (scores == null) {
      out.writeBooleanField("scored", false);
    } else if (answer.request().options().rawScores()) {
      out.writeNumberField("score", (float) scores.score()); // as short as the logit
    } else {
      out.writeNumberField("score", scores.score());
      out.writeNumberField("logit", scores.logit());
    }
    if (answer.returnsText()) {
      out.writeStringField("text", answer.candidate(result).text());
    }
    JsonNode metadata = answer.posted().path("candidates").path(result.index()).get("metadata");
    if (metadata != null) {
      out.writeFieldName("metadata");
      out.writeTree(metadata);
    }
    out.writeBooleanField("truncated", result.truncated());
    out.writeEndObject();
  }
}
