package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import dev.snapranker.wire.json.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of a job: a native request with a {@code query_id}, and its line of results or its error.
 * What is written depends on nothing but the line, the options and the model, so that writing it
 * again gives the same bytes.
 */
public final class LineJson {
  private static final String QUERY_ID = "query_id";

  /** Fields by which time decides what is answered. */
  private static final List<String> CLOCK = List.of(NativeRequestJson.RETURN_COST, "budget_ms");

  private final StrictJson strictJson;
  private final Limits limits;
  private final NativeRequestJson requestJson;
  private final ObjectNode options;

  /**
   * Lines of one job.
   *
   * @param options fields of a native request that hold for each line which has none of its own
   */
  public LineJson(Limits limits, ObjectNode options) {
    this.strictJson = StrictJson.ofLines(limits);
    this.limits = limits;
    this.requestJson = new NativeRequestJson(limits);
    this.options = options.deepCopy();
    names(options).forEach(LineJson::refuseOption);
    ObjectNode probe = options.deepCopy();
    probe.put("query", "q").putArray("candidates").add("c");
    requestJson.request(probe); // refuses unknown options, and values out of range
  }

  /** The fields that hold for each line which has none of its own. */
  public ObjectNode options() {
    return options.deepCopy();
  }

  /** Of the fields that are set: null means left out. */
  private static List<String> names(JsonNode object) {
    return object.properties().stream()
        .filter(field -> !field.getValue().isNull())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void refuseOption(String name) {
    if (name.equals("query") || name.equals("candidates") || name.equals(QUERY_ID)) {
      throw new RerankException(Reason.UNKNOWN_FIELD, name, "is a line's own, and no option");
    }
    refuseClock(name);
  }

  private static void refuseClock(String name) {
    if (CLOCK.contains(name)) {
      throw new RerankException(
          Reason.UNKNOWN_FIELD,
          name,
          "is not for jobs, whose results do not depend on how long they take");
    }
  }

  /** The line's JSON, or a {@link RerankException}. */
  public ParsedLine parse(byte[] utf8) {
    JsonNode json = strictJson.read(utf8);
    if (!(json instanceof ObjectNode line)) {
      return new ParsedLine(null, json); // which is no request
    }
    StrictJson.requirePairedSurrogates(line.path(QUERY_ID));
    String queryId = id(line.remove(QUERY_ID));
    for (Map.Entry<String, JsonNode> option : options.properties()) {
      if (!line.hasNonNull(option.getKey())) {
        line.set(option.getKey(), option.getValue());
      }
    }
    return new ParsedLine(queryId, line);
  }

  private static @Nullable String id(@Nullable JsonNode queryId) {
    if (queryId == null || queryId.isNull()) {
      return null;
    }
    if (queryId.isTextual() || queryId.isIntegralNumber()) {
      return queryId.asText();
    }
    throw Fields.wrongType(FieldPath.of(QUERY_ID), queryId, "a string or a whole number");
  }

  /** What the line asks, or a {@link RerankException}. */
  public RerankRequest request(ParsedLine line) {
    StrictJson.requirePairedSurrogates(line.json);
    names(line.json).forEach(LineJson::refuseClock);
    RerankRequest request = complete(requestJson.request(line.json));
    limits.check(request);
    return request;
  }

  /** With a score for each candidate. */
  private static RerankRequest complete(RerankRequest request) {
    Options options = request.options();
    return new RerankRequest(
        request.query(),
        request.candidates(),
        options.withPlan(options.plan().withBudgetMillis(null).withPartial(false)),
        request.warnings());
  }

  /**
   * {@code {line, query_id?, model, results, usage, warnings}}.
   *
   * @param number of the line, from 1
   */
  public static String result(
      long number, ParsedLine line, RerankRequest request, Ranking ranking) {
    return Json.write(out -> {
      out.writeStartObject();
      head(out, number, line);
      NativeReplyJson.results(out, line.json, new Answer(request, ranking));
      out.writeObjectFieldStart("usage");
      // Not the tokens: they depend on what was scored before.
      out.writeNumberField("candidates", ranking.usage().candidates());
      out.writeNumberField("truncated", ranking.usage().truncated());
      out.writeEndObject();
      Json.strings(out, "warnings", ranking.warnings());
      out.writeEndObject();
    });
  }

  /**
   * {@code {line, query_id?, error: {code, message, field?}}}.
   *
   * @param line null if it could not be parsed
   */
  public static String error(long number, @Nullable ParsedLine line, RerankException e) {
    return Json.write(out -> {
      out.writeStartObject();
      head(out, number, line);
      ErrorJson.error(out, e);
      out.writeEndObject();
    });
  }

  private static void head(JsonGenerator out, long number, @Nullable ParsedLine line)
      throws IOException {
    out.writeNumberField("line", number);
    if (line != null && line.queryId != null) {
      out.writeStringField(QUERY_ID, line.queryId);
    }
  }

  /**
   * A line that is JSON.
   *
   * @param queryId null if it has none
   * @param json the native request, options included
   */
  public record ParsedLine(@Nullable String queryId, JsonNode json) {}
}
