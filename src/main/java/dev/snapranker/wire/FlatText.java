package dev.snapranker.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A JSON document as text for a cross-encoder: a line for each value, with the names of its fields
 * before it, as {@code author.name: Ada}.
 */
final class FlatText {
  private FlatText() {}

  static String of(JsonNode document) {
    List<String> lines = new ArrayList<>();
    collect(document, "", lines);
    return String.join("\n", lines);
  }

  private static void collect(JsonNode node, String path, List<String> lines) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        String name = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
        collect(field.getValue(), name, lines);
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        collect(element, path, lines);
      }
    } else if (!node.isNull() && !node.asText().isBlank()) {
      lines.add(path.isEmpty() ? node.asText() : path + ": " + node.asText());
    }
  }
}
