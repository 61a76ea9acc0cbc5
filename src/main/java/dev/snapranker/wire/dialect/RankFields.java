package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.json.Fields;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Cohere v1's {@code rank_fields}: a document's text consists of these fields, in this order. A
 * document may lack some of them.
 *
 * @param places each field's position in the order, from 0, by its name
 */
record RankFields(Map<String, Integer> places) {
  private static final String NAME = "rank_fields";
  private static final RankFields DEFAULT = new RankFields(Map.of("text", 0));

  static RankFields of(Fields request) {
    if (request.optional(NAME) == null) {
      return DEFAULT;
    }
    JsonNode names = request.array(NAME, "an array of strings");
    if (names.isEmpty()) {
      throw new RerankException(Reason.EMPTY, NAME, "is empty; expected at least one field");
    }
    Map<String, Integer> places = LinkedHashMap.newLinkedHashMap(names.size());
    for (JsonNode each : names) {
      FieldPath path = FieldPath.of(NAME).at(places.size());
      String name = Fields.string(each, path);
      if (places.putIfAbsent(name, places.size()) != null) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            path,
            "is '%s' again; expected each field once".formatted(Excerpt.of(name)));
      }
    }
    return new RankFields(places);
  }

  /**
   * The text of a string, or of an object's rank fields.
   *
   * @param path the document's path in the request
   */
  String text(JsonNode document, FieldPath path) {
    if (!document.isObject() || places.equals(DEFAULT.places)) {
      return Documents.stringOrText(document, path);
    }
    Fields fields = Fields.ofAny(document, path);
    // Loops over the document's fields, because rank_fields may name far more.
    Map<Integer, String> texts = new TreeMap<>(); // by place
    document
        .fieldNames()
        .forEachRemaining(name -> {
          Integer place = places.get(name);
          String text = place == null ? null : fields.optionalString(name);
          if (place != null && text != null) {
            texts.put(place, text);
          }
        });
    return String.join("\n", texts.values());
  }
}
