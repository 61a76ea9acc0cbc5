package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Usage;
import dev.snapranker.wire.json.Fields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Several native requests in one: {@code requests} holds them, and the fields beside it are what an
 * entry leaves out. Each has its reply or its error in the same place of {@code responses}.
 */
public final class BatchJson {
  public static final String REQUESTS = "requests";

  private final NativeJson nativeJson;
  private final Limits limits;

  BatchJson(NativeJson nativeJson, Limits limits) {
    this.nativeJson = nativeJson;
    this.limits = limits;
  }

  /** What is asked. An entry that is wrong is told in its place, what is beside them at once. */
  Asked.Many read(JsonNode posted) {
    JsonNode entries = nativeJson.beside(posted).array(REQUESTS, "an array of objects");
    if (entries.isEmpty()) {
      throw new RerankException(Reason.EMPTY, REQUESTS, "is empty; expected at least one");
    }
    if (entries.size() > limits.maxRequests()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          REQUESTS,
          "has %d entries; expected at most %d".formatted(entries.size(), limits.maxRequests()));
    }
    List<Asked.Entry> read = new ArrayList<>();
    int candidates = 0;
    for (int i = 0; i < entries.size(); i++) {
      Asked.Entry entry = entry(posted, i);
      read.add(entry);
      candidates +=
          entry instanceof Asked.Valid(RerankRequest request) ? request.candidates().size() : 0;
      if (candidates > limits.maxCandidates()) { // at once: entries may share a long list
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            REQUESTS,
            "has more than %1$d candidates in all; expected at most %1$d"
                .formatted(limits.maxCandidates()));
      }
    }
    return new Asked.Many(read);
  }

  private Asked.Entry entry(JsonNode posted, int index) {
    String path = REQUESTS + "[" + index + "]";
    JsonNode entry = posted.path(REQUESTS).path(index);
    if (!entry.isObject()) {
      return new Asked.Refused(Fields.wrongType(path, entry, "an object"));
    }
    try {
      RerankRequest request = nativeJson.readEntry(whole(posted, index));
      limits.check(request);
      return new Asked.Valid(request);
    } catch (RerankException e) {
      return new Asked.Refused(e.renamed(field -> path + "." + field));
    }
  }

  void reply(JsonGenerator out, JsonNode posted, List<Outcome> outcomes, Timings timings)
      throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("responses");
    for (int i = 0; i < outcomes.size(); i++) {
      switch (outcomes.get(i)) {
        case Outcome.Ranked ranked ->
            nativeJson.reply(
                out, new Answer(whole(posted, i), ranked.request(), ranked.ranking(), timings));
        case Outcome.Failed failed -> ErrorJson.write(out, failed.failure());
      }
    }
    out.writeEndArray();
    out.writeObjectFieldStart("usage");
    usage(out, outcomes);
    nativeJson.cost(out, posted, timings);
    out.writeEndObject();
    out.writeEndObject();
  }

  private static void usage(JsonGenerator out, List<Outcome> outcomes) throws IOException {
    int failed = 0;
    int candidates = 0;
    long tokens = 0;
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Outcome.Ranked ranked -> {
          Usage usage = ranked.ranking().usage();
          candidates += usage.candidates();
          tokens += usage.tokens();
        }
        case Outcome.Failed _ -> failed++;
      }
    }
    out.writeNumberField("requests", outcomes.size());
    out.writeNumberField("failed", failed);
    out.writeNumberField("candidates", candidates);
    out.writeNumberField("tokens", tokens);
  }

  /** An entry with what it leaves out, which is not copied. */
  private static ObjectNode whole(JsonNode posted, int index) {
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    posted.properties().forEach(field -> whole.set(field.getKey(), field.getValue()));
    whole.remove(List.of(REQUESTS, NativeJson.RETURN_COST));
    posted
        .path(REQUESTS)
        .path(index)
        .properties()
        .forEach(field -> whole.set(field.getKey(), field.getValue()));
    return whole;
  }
}
