package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import dev.snapranker.wire.json.UnknownFields;
import dev.snapranker.wire.json.ValueTypes;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** vLLM's score API: the reply has a score for each pair, in the order of the pairs. */
final class VllmScoreJson implements Dialect {
  private static final List<String> REQUEST =
      Stream.of(List.of("model"), ScorePairs.FIELDS, VllmFields.ALL).flatMap(List::stream).toList();

  private final ModelAliases aliases;
  private final Limits limits;

  VllmScoreJson(ModelAliases aliases, Limits limits) {
    this.aliases = aliases;
    this.limits = limits;
  }

  /** Reads one request for each query. An invalid one refuses them all, as in vLLM. */
  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = fields(posted);
    ScorePairs pairs = ScorePairs.of(fields, limits);
    Options options =
        Options.DEFAULT
            .withRawScores(VllmFields.rawScores(fields))
            .withModel(aliases.choice(fields.optionalString("model")))
            .withBlankTexts(BlankTexts.LAST)
            .withInstruction(VllmFields.instruction(fields))
            .withLongText(VllmFields.longText(fields));
    return pairs
        .groups()
        .<Outcome<RerankRequest>>map(group -> {
          try {
            RerankRequest request = pairs.request(group, options, fields.warnings());
            limits.check(request);
            return new Outcome.Done<>(request);
          } catch (RerankException e) {
            throw pairs.named(e, group);
          }
        })
        .toList();
  }

  private static Fields fields(JsonNode posted) {
    return Fields.of(posted, REQUEST, UnknownFields.IGNORED, ValueTypes.LAX);
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> outcomes, Timings timings) {
    ScorePairs pairs = ScorePairs.of(fields(posted), limits);
    List<ScorePairs.Group> groups = pairs.groups().toList();
    double[] scores = new double[pairs.count()]; // [pairs]
    long tokens = 0;
    for (int i = 0; i < groups.size(); i++) {
      ScorePairs.Group group = groups.get(i);
      Answer answer = answer(outcomes.get(i), pairs, group);
      for (RankedCandidate result : answer.ranking().results()) {
        scores[group.documents().get(result.index())] = result.score();
      }
      tokens += answer.ranking().usage().tokens();
    }
    String model = outcomes.getFirst().orThrow().ranking().model();
    long total = tokens;
    return HttpReply.json(
        limits,
        out -> {
          out.writeStartObject();
          out.writeStringField("id", id(posted));
          out.writeStringField("object", "list");
          out.writeNumberField("created", Instant.now().getEpochSecond());
          out.writeStringField("model", model);
          data(out, scores);
          usage(out, total);
          out.writeEndObject();
        });
  }

  private static Answer answer(Outcome<Answer> outcome, ScorePairs pairs, ScorePairs.Group group) {
    return switch (outcome) {
      case Outcome.Done<Answer>(Answer answer) -> answer;
      case Outcome.Refused<Answer>(RerankException refusal) -> throw pairs.named(refusal, group);
    };
  }

  /** The reply's id, which contains the caller's request id if there is one. */
  private static String id(JsonNode posted) {
    JsonNode own = posted.path("request_id");
    return "score-" + (own.isTextual() ? own.textValue() : UUID.randomUUID().toString());
  }

  private static void data(JsonGenerator out, double[] scores) throws IOException {
    out.writeArrayFieldStart("data");
    for (int i = 0; i < scores.length; i++) {
      out.writeStartObject();
      out.writeNumberField("index", i);
      out.writeStringField("object", "score");
      Json.score(out, "score", scores[i]);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void usage(JsonGenerator out, long tokens) throws IOException {
    out.writeObjectFieldStart("usage");
    out.writeNumberField("prompt_tokens", tokens);
    out.writeNumberField("total_tokens", tokens);
    out.writeNumberField("completion_tokens", 0);
    out.writeNullField("prompt_tokens_details");
    out.writeEndObject();
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    int status = status(e.reason());
    String message =
        ErrorJson.shortened(
            e.reason() == Reason.MODEL_NOT_FOUND
                ? "The model `%s` does not exist. %s"
                    .formatted(ModelAliases.excerpt(posted.path("model")), ModelAliases.advice(e))
                : e.explanation());
    return HttpReply.json(
        status,
        Json.write(out -> {
          out.writeStartObject();
          VllmError.write(out, e, status, message);
          out.writeEndObject();
        }));
  }

  /** vLLM answers every invalid body with 400. */
  private static int status(Reason reason) {
    return switch (reason) {
      case EMPTY, OUT_OF_RANGE, DUPLICATE_ID -> 400;
      case MALFORMED_JSON,
          INVALID_ENCODING,
          UNKNOWN_FIELD,
          MISSING_FIELD,
          WRONG_TYPE,
          ROUTE_NOT_FOUND,
          MODEL_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          OVERLOADED,
          INTERNAL,
          TIMED_OUT,
          OUT_OF_MEMORY ->
          reason.status();
    };
  }
}
