package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Scores;
import dev.snapranker.api.SentenceEffect;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.StageLogit;
import dev.snapranker.api.StageUsage;
import dev.snapranker.api.TextCoverage;
import dev.snapranker.api.Usage;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The native dialect: what {@code POST /rerank} and a direct invoke take and give. */
final class NativeJson implements Dialect {
  static final String RETURN_COST = "return_cost";
  private static final String EXPLAIN = "explain";
  private static final List<String> ENTRY =
      List.of(
          "query",
          "candidates",
          "top_k",
          "min_score",
          "return_text",
          "raw_scores",
          "model",
          "stages",
          "budget_ms",
          "fusion",
          "passages",
          EXPLAIN);
  private static final List<String> REQUEST = with(ENTRY, RETURN_COST);
  private static final List<String> BATCH = with(REQUEST, BatchJson.REQUESTS);
  private static final List<String> PASSAGES = List.of("max_tokens", "stride", "aggregate");
  private static final List<String> STAGE = List.of("model", "keep", "margin");
  private static final List<String> CANDIDATE = List.of("id", "text", "score", "metadata");

  private final Limits limits;
  private final @Nullable Integer memoryMegabytes;

  /**
   * @param memoryMegabytes the function's memory; null outside of Lambda
   */
  NativeJson(Limits limits, @Nullable Integer memoryMegabytes) {
    this.limits = limits;
    this.memoryMegabytes = memoryMegabytes;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    return Dialect.one(request(posted), limits);
  }

  RerankRequest request(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST);
    fields.flag(RETURN_COST); // checked here, used when the call's time is known
    return request(fields);
  }

  /** An entry of a batch. The cost is the whole call's, so no entry may ask for it. */
  RerankRequest entry(JsonNode entry) {
    return request(Fields.of(entry, ENTRY));
  }

  /** The fields that a batch's entries share; those that are there are valid. */
  Fields sharedFields(JsonNode posted) {
    Fields fields = Fields.of(posted, BATCH);
    fields.flag(RETURN_COST);
    options(fields);
    return fields;
  }

  private RerankRequest request(Fields fields) {
    String query = fields.string("query");
    JsonNode entries = fields.array("candidates", "an array of strings or objects");
    limits.checkCandidates(entries.size());
    Options options = options(fields);
    List<Candidate> candidates = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      candidates.add(candidate(entries.get(i), i));
    }
    return new RerankRequest(query, candidates, options);
  }

  private Options options(Fields fields) {
    return new Options(
        fields.optionalInteger("top_k"),
        fields.optionalNumber("min_score"),
        fields.flag("return_text"),
        fields.flag("raw_scores"),
        fields.optionalString("model"),
        longText(fields),
        new Plan(stages(fields), fields.optionalInteger("budget_ms"), fusion(fields), true),
        fields.flag(EXPLAIN));
  }

  private static List<StageChoice> stages(Fields request) {
    if (request.optional("stages") == null) {
      return List.of();
    }
    JsonNode entries = request.array("stages", "an array of objects");
    if (entries.isEmpty()) {
      throw new RerankException(Reason.EMPTY, "stages", "is empty; expected at least one");
    }
    StageChoice.checkCount(entries.size());
    List<StageChoice> stages = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      Fields stage = Fields.of(entries.get(i), FieldPath.of("stages").at(i), STAGE);
      stages.add(
          new StageChoice(
              stage.string("model"),
              stage.optionalInteger("keep"),
              stage.optionalNumber("margin")));
    }
    return stages;
  }

  private static @Nullable Fusion fusion(Fields request) {
    if (request.optional("fusion") == null) {
      return null;
    }
    Fields any = request.object("fusion", List.of("method", "weight", "normalize", "k"));
    return switch (any.string("method")) {
      case "none" -> {
        request.object("fusion", List.of("method"));
        yield Fusion.NONE;
      }
      case "linear" -> {
        Fields linear = request.object("fusion", List.of("method", "weight", "normalize"));
        String normalize = linear.optionalString("normalize");
        yield new Fusion.Linear(
            Objects.requireNonNullElse(
                linear.optionalNumber("weight"), Fusion.Linear.DEFAULT_WEIGHT),
            normalize == null
                ? Fusion.Normalization.MIN_MAX
                : Fusion.Normalization.named(normalize));
      }
      case "rrf" -> {
        Fields rrf = request.object("fusion", List.of("method", "k"));
        yield new Fusion.Rrf(
            Objects.requireNonNullElse(rrf.optionalNumber("k"), Fusion.Rrf.DEFAULT_K));
      }
      case "learned" -> {
        request.object("fusion", List.of("method"));
        yield new Fusion.Learned();
      }
      default -> throw any.refused("method", "'none', 'linear', 'rrf' or 'learned'");
    };
  }

  private LongText longText(Fields request) {
    if (request.optional("passages") == null) {
      return LongText.KEEP_START;
    }
    Fields passages = request.object("passages", PASSAGES);
    int maxTokens =
        Objects.requireNonNullElse(
            passages.optionalInteger("max_tokens"), LongText.Passages.UNLIMITED);
    int stride =
        Objects.requireNonNullElse(passages.optionalInteger("stride"), LongText.Passages.UNLIMITED);
    return new LongText.Passages(
        maxTokens, stride, limits.maxPassages(), LongText.Passages.UNLIMITED, aggregate(passages));
  }

  private static LongText.Aggregate aggregate(Fields passages) {
    return switch (passages.optionalString("aggregate")) {
      case null -> LongText.Aggregate.MAX;
      case "max" -> LongText.Aggregate.MAX;
      case "first" -> LongText.Aggregate.FIRST;
      case "mean-top-2" -> LongText.Aggregate.MEAN_TOP_2;
      default -> throw passages.refused("aggregate", "'max', 'first' or 'mean-top-2'");
    };
  }

  private static Candidate candidate(JsonNode entry, int index) {
    String position = Integer.toString(index);
    if (entry.isTextual()) {
      return new Candidate(position, entry.textValue(), null);
    }
    FieldPath path = FieldPath.candidate(index);
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
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    return HttpReply.json(limits, out -> write(out, posted, answer, timings));
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
    out.writeNumberField("total", Timings.millis(timings.totalNanos()));
    out.writeEndObject();
    Json.strings(out, "warnings", ranking.warnings());
    out.writeEndObject();
  }

  private static List<String> with(List<String> fields, String another) {
    return Stream.concat(fields.stream(), Stream.of(another)).toList();
  }

  /** The part of a reply that is the same for the same request and model. */
  static void results(JsonGenerator out, JsonNode posted, Answer answer) throws IOException {
    out.writeStringField("model", answer.ranking().model());
    out.writeArrayFieldStart("results");
    for (Ranked result : answer.ranking().results()) {
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
    if (usage.explain() != null) {
      out.writeObjectFieldStart(EXPLAIN);
      out.writeNumberField("passages", usage.explain().passages());
      out.writeNumberField("tokens", usage.explain().tokens());
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
   * The cost of the call, if the request asks for it. Lambda bills each started millisecond for all
   * of the function's memory.
   */
  void cost(JsonGenerator out, JsonNode posted, Timings timings) throws IOException {
    if (!posted.path(RETURN_COST).asBoolean()) {
      return;
    }
    long billedMillis = Math.ceilDiv(timings.totalNanos(), 1_000_000);
    out.writeNumberField("billed_ms", billedMillis);
    if (memoryMegabytes != null) {
      out.writeNumberField("gb_seconds", billedMillis / 1000.0 * memoryMegabytes / 1024.0);
    }
  }

  private static void result(JsonGenerator out, JsonNode posted, Answer answer, Ranked result)
      throws IOException {
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
    JsonNode metadata = posted.path("candidates").path(result.index()).get("metadata");
    if (metadata != null) {
      out.writeFieldName("metadata");
      out.writeTree(metadata);
    }
    out.writeBooleanField("truncated", result.truncated());
    TextCoverage text = result.text();
    if (text != null) {
      out.writeNumberField("tokens_kept", text.tokensKept());
      out.writeNumberField("tokens_total", text.tokensTotal());
      if (answer.request().options().longText() instanceof LongText.Passages) {
        place(out, "best_passage", text.bestStart(), text.bestEnd());
      }
    }
    if (answer.request().options().explain() && scores != null && text != null) {
      explanation(out, result, scores, text);
    }
    out.writeEndObject();
  }

  private static void explanation(
      JsonGenerator out, Ranked result, Scores scores, TextCoverage text) throws IOException {
    out.writeObjectFieldStart(EXPLAIN);
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
    place(out, "passage", text.bestStart(), text.bestEnd());
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
   * A place in a document's text.
   *
   * @param start the first code point
   * @param end the code point after the last
   */
  private static void place(JsonGenerator out, String name, int start, int end) throws IOException {
    out.writeObjectFieldStart(name);
    out.writeNumberField("start", start);
    out.writeNumberField("end", end);
    out.writeEndObject();
  }
}
