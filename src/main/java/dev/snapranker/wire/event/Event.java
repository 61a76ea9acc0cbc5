package dev.snapranker.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.json.StrictJson;

/** An event that Lambda passes to the function. */
public sealed interface Event {

  /** A direct invoke: the event is the request itself. */
  record Direct(JsonNode json) implements Event {}

  /**
   * An HTTP request in the envelope of the service that passed it on.
   *
   * @param mayHaveBasePath whether the path may begin with a base path that the envelope does not
   *     name
   */
  record Http(HttpRequest request, Envelope envelope, boolean mayHaveBasePath) implements Event {}

  /** A slice of a request that another execution environment of the function ranks. */
  record Slice(JsonNode json) implements Event {
    static final String FIELD = "snapranker_slice";
  }

  /** A ping that keeps an execution environment alive. */
  record WarmUp() implements Event {}

  /**
   * Another service's event, which is not a request.
   *
   * @param what the event's kind for messages, for example "an SQS event of 1 record"
   */
  record Foreign(String what) implements Event {}

  /** Reads an event. Each kind is recognised by fields that no other kind has. */
  static Event read(byte[] event, StrictJson strictJson) {
    JsonNode json;
    try {
      json = strictJson.parse(event); // our limit is for the body; Lambda limits the envelope
    } catch (RerankException refusal) {
      // Only a failed invocation is an error for other services; a reply would count as success.
      JsonNode outline = ForeignEvent.outline(event);
      Foreign foreign =
          isRequest(outline) || Envelope.of(outline) != null ? null : ForeignEvent.find(outline);
      if (foreign == null) {
        throw refusal;
      }
      return foreign;
    }
    if (isRequest(json)) {
      return direct(json, event, strictJson);
    }
    Envelope envelope = Envelope.of(json);
    if (envelope != null) {
      return envelope.read(json);
    }
    if (json.has(Slice.FIELD)) { // only in a direct invoke: a caller's body is within an envelope
      strictJson.checkPayload(event.length);
      return new Slice(json);
    }
    if (WarmUpPing.matches(json)) {
      return new WarmUp();
    }
    Foreign foreign = ForeignEvent.find(json);
    return foreign == null ? direct(json, event, strictJson) : foreign;
  }

  /** Whether the event has a field that only a request has. */
  private static boolean isRequest(JsonNode json) {
    return json.has("query") || json.has("candidates") || json.has("requests");
  }

  private static Event direct(JsonNode json, byte[] event, StrictJson strictJson) {
    strictJson.checkPayload(event.length);
    return new Direct(json);
  }
}
