package dev.snapranker.dev.collection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.wire.json.JsonFault;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JSON object a line: BEIR's, ir_datasets', Anserini's, and this project's own. */
record JsonEntries(EntryFields fields) implements EntryFormat {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Override
  public void read(String line, Consumer<Entry> entries) {
    JsonNode json = parse(line);
    JsonNode id = first(json, fields.ids());
    JsonNode text = first(json, fields.texts());
    if (id == null || !(id.isTextual() || id.isIntegralNumber())) {
      throw new MalformedException("expected an object with " + fields.expected());
    }
    if (text == null || !text.isTextual()) {
      throw new MalformedException(
          "%s %s has no text; expected an object with %s"
              .formatted(fields.what(), id.asText(), fields.expected()));
    }
    JsonNode title = first(json, fields.titles());
    if (title != null && !title.isTextual()) {
      throw new MalformedException(
          "%s %s has a title that is not a string; expected a string or none"
              .formatted(fields.what(), id.asText()));
    }
    entries.accept(
        Entry.of(id.asText(), title == null ? null : title.textValue(), text.textValue()));
  }

  static JsonNode parse(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new MalformedException("is not JSON: " + JsonFault.of(e));
    }
  }

  /** The first of the fields that is there; null if there is none. */
  static @Nullable JsonNode first(JsonNode json, List<String> names) {
    return names.stream().filter(json::hasNonNull).findFirst().map(json::get).orElse(null);
  }
}
