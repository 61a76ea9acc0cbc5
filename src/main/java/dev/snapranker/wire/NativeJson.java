package dev.snapranker.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The native dialect: what {@code POST /rerank} and a direct invoke take and give. */
public final class NativeJson {
  private static final List<String> REQUEST =
      List.of("query", "candidates", "top_k", "min_score", "return_text", "raw_scores", "model");
  private static final List<String> CANDIDATE = List.of("id", "text", "score", "metadata");

  private final StrictJson strictJson;
  private final Limits limits;

  public NativeJson(StrictJson strictJson, Limits limits) {
    this.strictJson = strictJson;
    this.limits = limits;
  }

  public NativeCall read(HttpRequest request) {
    return read(strictJson.parse(request));
  }

  public NativeCall read(Event.Direct event) {
    return read(event.json());
  }

  private NativeCall read(JsonNode json) {
    Fields fields = Fields.of(json, "", REQUEST);
    String query = fields.string("query");
    JsonNode entries = fields.required("candidates", "an array of strings or objects");
    if (!entries.isArray()) {
      throw Fields.wrongType("candidates", entries, "an array of strings or objects");
    }
    Options options =
        new Options(
            fields.optionalInteger("top_k"),
            fields.optionalNumber("min_score"),
            fields.flag("return_text"),
            fields.flag("raw_scores"),
            fields.optionalString("model"));
    List<Candidate> candidates = new ArrayList<>(entries.size());
    Map<Integer, JsonNode> metadata = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      candidates.add(candidate(entries.get(i), i, metadata));
    }
    RerankRequest request = new RerankRequest(query, candidates, options);
    limits.check(request);
    return new NativeCall(request, metadata);
  }

  private static Candidate candidate(JsonNode entry, int index, Map<Integer, JsonNode> metadata) {
    String position = Integer.toString(index);
    if (entry.isTextual()) {
      return new Candidate(position, entry.textValue(), null);
    }
    String path = "candidates[" + index + "]";
    if (!entry.isObject()) {
      throw Fields.wrongType(path, entry, "a string or an object");
    }
    Fields fields = Fields.of(entry, path, CANDIDATE);
    JsonNode carried = fields.any("metadata");
    if (carried != null) {
      metadata.put(index, carried);
    }
    return new Candidate(
        Objects.requireNonNullElse(fields.optionalString("id"), position),
        fields.string("text"),
        fields.optionalNumber("score"));
  }

  /**
   * The reply.
   *
   * @param parseNanos from the event's bytes to the request
   * @param totalNanos from the event's bytes to the ranking
   */
  public static String write(NativeCall call, Ranking ranking, long parseNanos, long totalNanos) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("model", ranking.model());
      out.writeArrayFieldStart("results");
      for (Ranked result : ranking.results()) {
        result(out, call, result);
      }
      out.writeEndArray();
      out.writeObjectFieldStart("usage");
      out.writeNumberField("candidates", ranking.usage().candidates());
      out.writeNumberField("tokens", ranking.usage().tokens());
      out.writeNumberField("truncated", ranking.usage().truncated());
      out.writeEndObject();
      out.writeObjectFieldStart("timings_ms");
      out.writeNumberField("parse", millis(parseNanos));
      out.writeNumberField("tokenize", millis(ranking.tokenizeNanos()));
      out.writeNumberField("score", millis(ranking.scoreNanos()));
      out.writeNumberField("total", millis(totalNanos));
      out.writeEndObject();
      out.writeArrayFieldStart("warnings");
      for (String warning : ranking.warnings()) {
        out.writeString(warning);
      }
      out.writeEndArray();
      out.writeEndObject();
    });
  }

  private static void result(JsonGenerator out, NativeCall call, Ranked result) throws IOException {
    Options options = call.request().options();
    out.writeStartObject();
    out.writeStringField("id", result.id());
    out.writeNumberField("index", result.index());
    out.writeNumberField("rank", result.rank());
    if (options.rawScores()) {
      out.writeNumberField("score", result.logit());
    } else {
      out.writeNumberField("score", result.score());
      out.writeNumberField("logit", result.logit());
    }
    if (options.returnText()) {
      out.writeStringField("text", call.request().candidates().get(result.index()).text());
    }
    JsonNode metadata = call.metadata().get(result.index());
    if (metadata != null) {
      out.writeFieldName("metadata");
      out.writeTree(metadata);
    }
    out.writeBooleanField("truncated", result.truncated());
    out.writeEndObject();
  }

  private static double millis(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }
}
