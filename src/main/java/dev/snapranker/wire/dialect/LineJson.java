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
 * Reads the lines of a job, and writes the line of results or the error for each. An input line is
 * a native request with an optional {@code query_id}. An output line depends only on the input
 * line, the options and the model, so a repeated job writes the same bytes.
 */
public final class LineJson {
  private static final String QUERY_ID = "query_id";

  /** Fields that make the reply depend on time. */
  private static final List<String> CLOCK = List.of(NativeRequestJson.RETURN_COST, "budget_ms");

  private final StrictJson strictJson;
  private final Limits limits;
  private final NativeRequestJson requestJson;
  private final ObjectNode options;

  /**
   * The reader and writer for one job.
   *
   * @param options fields of a native request; the defaults for lines that leave them out
   */
  public LineJson(Limits limits, ObjectNode options) {
    this.strictJson = StrictJson.ofLines(limits);
    this.limits = limits;
    this.requestJson = new NativeRequestJson(limits);
    this.options = options.deepCopy();
    names(options).forEach(LineJson::refuseOption);
    ObjectNode probe = options.deepCopy();
    probe.put("query", "q").putArray("candidates").add("c");
    requestJson.request(probe); // refuses unknown options and invalid values
  }

  /** The defaults for fields that a line leaves out. */
  public ObjectNode options() {
    return options.deepCopy();
  }

  /** The names of the fields that are set. A field that is null counts as left out. */
  private static List<String> names(JsonNode object) {
    return object.properties().stream()
        .filter(field -> !field.getValue().isNull())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void refuseOption(String name) {
    if (name.equals("query") || name.equals("candidates") || name.equals(QUERY_ID)) {
      throw new RerankException(
          Reason.UNKNOWN_FIELD, name, "is not an option; expected it in each line instead");
    }
    refuseClock(name);
  }

  private static void refuseClock(String name) {
    if (CLOCK.contains(name)) {
      throw new RerankException(
          Reason.UNKNOWN_FIELD,
          name,
          "is not allowed in jobs, whose results must not depend on time; leave it out");
    }
  }

  /** Parses a line; throws a {@link RerankException} if it is not JSON. */
  public ParsedLine parse(byte[] utf8) {
    JsonNode json = strictJson.read(utf8);
    if (!(json instanceof ObjectNode line)) {
      return new ParsedLine(null, json); // refused when the request is read
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

  /** Reads the line's request; throws a {@link RerankException} if it is not valid. */
  public RerankRequest request(ParsedLine line) {
    StrictJson.requirePairedSurrogates(line.json);
    names(line.json).forEach(LineJson::refuseClock);
    RerankRequest request = unlimited(requestJson.request(line.json));
    limits.check(request);
    return request;
  }

  /** The same request without a time budget, so that each candidate gets a score. */
  private static RerankRequest unlimited(RerankRequest request) {
    Options options = request.options();
    return new RerankRequest(
        request.query(),
        request.candidates(),
        options.withPlan(options.plan().withBudgetMillis(null).withPartial(false)),
        request.warnings());
  }

  /**
   * Writes {@code {line, query_id?, model, results, usage, warnings}}.
   *
   * @param number the line's number, from 1
   */
  public static String result(
      long number, ParsedLine line, RerankRequest request, Ranking ranking) {
    return Json.write(out -> {
      out.writeStartObject();
      head(out, number, line);
      NativeReplyJson.results(out, line.json, new Answer(request, ranking));
      out.writeObjectFieldStart("usage");
      // Not the tokens: their number depends on what is in the cache.
      out.writeNumberField("candidates", ranking.usage().candidates());
      out.writeNumberField("truncated", ranking.usage().truncated());
      out.writeEndObject();
      Json.strings(out, "warnings", ranking.warnings());
      out.writeEndObject();
    });
  }

  /**
   * Writes {@code {line, query_id?, error: {code, message, field?}}}.
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
   * A parsed line.
   *
   * @param queryId null if the line has none
   * @param json the native request, completed by the job's options
   */
  public record ParsedLine(@Nullable String queryId, JsonNode json) {}
}
