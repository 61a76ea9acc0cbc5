package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Usage;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch: several native requests in one. {@code requests} holds the entries. The fields beside it
 * are the defaults for entries that leave them out. {@code responses} holds a reply or an error for
 * each entry, in the same order.
 */
final class BatchJson implements Dialect {
  static final String REQUESTS = "requests";

  private final NativeRequestJson requestJson;
  private final NativeReplyJson replyJson;
  private final Limits limits;

  BatchJson(NativeRequestJson requestJson, NativeReplyJson replyJson, Limits limits) {
    this.requestJson = requestJson;
    this.replyJson = replyJson;
    this.limits = limits;
  }

  /** An invalid entry is refused alone. An invalid field beside the entries refuses the batch. */
  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    JsonNode entries = requestJson.sharedFields(posted).array(REQUESTS, "an array of objects");
    if (entries.isEmpty()) {
      throw new RerankException(Reason.EMPTY, REQUESTS, "is empty; expected at least one");
    }
    if (entries.size() > limits.maxRequests()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          REQUESTS,
          "has %d entries; expected at most %d".formatted(entries.size(), limits.maxRequests()));
    }
    List<Outcome<RerankRequest>> requests = new ArrayList<>();
    int candidates = 0;
    for (int i = 0; i < entries.size(); i++) {
      Outcome<RerankRequest> request = entry(posted, i);
      requests.add(request);
      if (request instanceof Outcome.Done<RerankRequest>(RerankRequest valid)) {
        candidates += valid.candidates().size();
      }
      if (candidates
          > limits.maxCandidates()) { // inside the loop, because entries may share a long list
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            REQUESTS,
            "has more than %1$d candidates in all; expected at most %1$d"
                .formatted(limits.maxCandidates()));
      }
    }
    return requests;
  }

  private Outcome<RerankRequest> entry(JsonNode posted, int index) {
    FieldPath path = FieldPath.of(REQUESTS).at(index);
    JsonNode entry = posted.path(REQUESTS).path(index);
    if (!entry.isObject()) {
      return new Outcome.Refused<>(Fields.wrongType(path, entry, "an object"));
    }
    try {
      RerankRequest request = requestJson.entry(completed(posted, index));
      limits.check(request);
      return new Outcome.Done<>(request);
    } catch (RerankException e) {
      return new Outcome.Refused<>(e.renamed(field -> field.within(path)));
    }
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    return HttpReply.json(
        limits,
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("responses");
          for (int i = 0; i < answers.size(); i++) {
            switch (answers.get(i)) {
              case Outcome.Done<Answer>(Answer answer) ->
                  replyJson.write(out, completed(posted, i), answer, timings);
              case Outcome.Refused<Answer>(RerankException refusal) ->
                  ErrorJson.write(out, withinEntry(refusal, i));
            }
          }
          out.writeEndArray();
          out.writeObjectFieldStart("usage");
          usage(out, answers);
          replyJson.cost(out, posted, timings);
          out.writeEndObject();
          out.writeEndObject();
        });
  }

  /** A refusal with its path in the batch. Ranking does not know the entry, reading does. */
  private static RerankException withinEntry(RerankException refusal, int index) {
    FieldPath entry = FieldPath.of(REQUESTS).at(index);
    return refusal.renamed(field -> field.isWithin(entry) ? field : field.within(entry));
  }

  private static void usage(JsonGenerator out, List<Outcome<Answer>> answers) throws IOException {
    int failed = 0;
    int candidates = 0;
    long tokens = 0;
    for (Outcome<Answer> outcome : answers) {
      switch (outcome) {
        case Outcome.Done<Answer>(Answer answer) -> {
          Usage usage = answer.ranking().usage();
          candidates += usage.candidates();
          tokens += usage.tokens();
        }
        case Outcome.Refused<Answer> _ -> failed++;
      }
    }
    out.writeNumberField("requests", answers.size());
    out.writeNumberField("failed", failed);
    out.writeNumberField("candidates", candidates);
    out.writeNumberField("tokens", tokens);
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    return ErrorJson.reply(e);
  }

  /**
   * An entry with the defaults for the fields that it leaves out. Values are shared, not copied.
   */
  private static ObjectNode completed(JsonNode posted, int index) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    posted.properties().forEach(field -> entry.set(field.getKey(), field.getValue()));
    entry.remove(List.of(REQUESTS, NativeRequestJson.RETURN_COST));
    posted
        .path(REQUESTS)
        .path(index)
        .properties()
        .forEach(field -> {
          if (!field.getValue().isNull()) {
            entry.set(field.getKey(), field.getValue());
          }
        });
    return entry;
  }
}
