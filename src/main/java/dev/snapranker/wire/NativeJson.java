package dev.snapranker.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The native dialect: what {@code POST /rerank} and a direct invoke take and give. */
final class NativeJson implements Dialect {
  static final String RETURN_COST = "return_cost";
  private static final List<String> REQUEST =
      List.of(
          "query",
          "candidates",
          "top_k",
          "min_score",
          "return_text",
          "raw_scores",
          "model",
          RETURN_COST);
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
            LongText.KEEP_START);
    List<Candidate> candidates = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      candidates.add(candidate(entries.get(i), i));
    }
    return new RerankRequest(query, candidates, options);
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
      results(out, answer);
      out.writeObjectFieldStart("usage");
      out.writeNumberField("candidates", ranking.usage().candidates());
      out.writeNumberField("tokens", ranking.usage().tokens());
      out.writeNumberField("truncated", ranking.usage().truncated());
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

  /** What is the same each time that the same is asked. */
  static void results(JsonGenerator out, Answer answer) throws IOException {
    out.writeStringField("model", answer.ranking().model());
    out.writeArrayFieldStart("results");
    for (Ranked result : answer.ranking().results()) {
      result(out, answer, result);
    }
    out.writeEndArray();
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
    if (answer.request().options().rawScores()) {
      out.writeNumberField("score", result.logit());
    } else {
      out.writeNumberField("score", result.score());
      out.writeNumberField("logit", result.logit());
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
