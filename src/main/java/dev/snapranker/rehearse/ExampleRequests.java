package dev.snapranker.rehearse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.wire.event.HttpRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the example requests of openapi.json, for every route and dialect. They include examples
 * that are refused.
 */
final class ExampleRequests {
  private static final Map<String, String> JSON = Map.of("content-type", "application/json");

  private ExampleRequests() {}

  /**
   * Reads the requests.
   *
   * @param model the id that replaces each model's name, except in examples that are refused
   */
  static List<HttpRequest> of(String openApi, String model) {
    JsonNode document;
    try {
      document = new JsonMapper().readTree(openApi);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<HttpRequest> requests = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        for (String body : bodies(document, method.getValue(), model)) {
          requests.add(
              new HttpRequest(
                  method.getKey().toUpperCase(Locale.ROOT), path.getKey(), JSON, body, false));
        }
      }
    }
    return requests;
  }

  private static List<String> bodies(JsonNode document, JsonNode operation, String model) {
    List<String> bodies = new ArrayList<>();
    for (JsonNode content : operation.path("requestBody").path("content")) {
      for (Map.Entry<String, JsonNode> example : content.path("examples").properties()) {
        String reference = example.getValue().path("$ref").asText();
        JsonNode value = document.at(reference.substring(reference.indexOf('/'))).path("value");
        boolean refused =
            example.getKey().endsWith("Refused"); // many of them because of the model's name
        bodies.add((refused ? value : named(value.deepCopy(), model)).toString());
      }
    }
    return bodies.isEmpty() ? List.of("") : bodies;
  }

  private static JsonNode named(JsonNode node, String model) {
    for (JsonNode inner : node) {
      named(inner, model);
    }
    if (node instanceof ObjectNode object) {
      for (String field : List.of("model", "modelArn")) {
        if (object.has(field)) {
          object.put(field, model);
        }
      }
    }
    return node;
  }
}
