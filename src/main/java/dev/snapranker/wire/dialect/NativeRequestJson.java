package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.Instruction;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.ModelChoice;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageChoice;
import dev.snapranker.wire.json.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads native requests, and the fields that the entries of a batch share. */
final class NativeRequestJson {
  static final String RETURN_COST = "return_cost";
  static final String EXPLAIN = "explain";
  private static final String FAN_OUT = "fan_out_candidates";
  static final List<String> ENTRY =
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
          "instruction",
          FAN_OUT,
          EXPLAIN);
  static final List<String> REQUEST = with(ENTRY, RETURN_COST);
  static final List<String> BATCH = with(REQUEST, BatchJson.REQUESTS);
  private static final List<String> PASSAGES = List.of("max_tokens", "stride", "aggregate");
  private static final List<String> STAGE = List.of("model", "keep", "margin", "target_recall");
  private static final List<String> CANDIDATE = List.of("id", "text", "score", "metadata");

  private final Limits limits;

  NativeRequestJson(Limits limits) {
    this.limits = limits;
  }

  RerankRequest request(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST);
    fields.flag(RETURN_COST); // only checked here; the reply's writer reads the value
    return request(fields);
  }

  /** Reads an entry of a batch. It may not ask for the cost, which only the whole call has. */
  RerankRequest entry(JsonNode entry) {
    return request(Fields.of(entry, ENTRY));
  }

  /** Reads and checks the fields that the entries of a batch share. */
  Fields sharedFields(JsonNode posted) {
    Fields fields = Fields.of(posted, BATCH);
    fields.flag(RETURN_COST);
    options(fields);
    return fields;
  }

  private RerankRequest request(Fields fields) {
    String query = fields.string("query");
    limits.checkQuery(query);
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
    Plan plan =
        new Plan(
            stages(fields),
            fields.optionalInteger("budget_ms", 1, Plan.MAX_BUDGET_MILLIS),
            fusion(fields),
            true,
            fields.optionalInteger(FAN_OUT, 0));
    return Options.DEFAULT
        .withTopK(fields.optionalInteger("top_k", 1))
        .withRawScores(fields.flag("raw_scores"))
        .withMinScore(fields.optionalNumber("min_score"))
        .withReturnText(fields.flag("return_text"))
        .withModel(ModelChoice.of(fields.optionalString("model")))
        .withLongText(longText(fields))
        .withPlan(plan)
        .withExplain(fields.flag(EXPLAIN))
        .withInstruction(instruction(fields));
  }

  private static @Nullable Instruction instruction(Fields fields) {
    String text = fields.optionalString("instruction");
    return text == null ? null : new Instruction(text, true);
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
              stage.optionalInteger("keep", 1),
              stage.optionalNumber("margin"),
              stage.optionalNumber("target_recall")));
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
            passages.optionalInteger("max_tokens", LongText.Passages.LEAST_TOKENS),
            LongText.Passages.UNLIMITED);
    int stride =
        Objects.requireNonNullElse(
            passages.optionalInteger("stride", 1), LongText.Passages.UNLIMITED);
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

  private static List<String> with(List<String> fields, String another) {
    return Stream.concat(fields.stream(), Stream.of(another)).toList();
  }
}
