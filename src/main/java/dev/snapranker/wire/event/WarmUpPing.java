package dev.snapranker.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Recognises the pings of schedules and tools that keep execution environments alive. */
final class WarmUpPing {
  private WarmUpPing() {}

  /** Whether the event is such a ping and cannot be a request. */
  static boolean matches(JsonNode event) {
    if (event.path("detail-type").asText("").equals("Scheduled Event")) {
      return true; // EventBridge's rules and its Scheduler
    }
    // serverless-plugin-warmup, lambda-warmer and OpenNext. A request has an array; a ping does
    // not.
    return isFlat(event)
        && (event.path("source").isTextual()
            || event.path("warmer").asBoolean(false)
            || event.path("warmup").asBoolean(false)
            || event.path("type").asText("").equals("warmer"));
  }

  private static boolean isFlat(JsonNode event) {
    for (Map.Entry<String, JsonNode> field : event.properties()) {
      if (field.getValue().isContainerNode()) {
        return false;
      }
    }
    return event.isObject();
  }
}
