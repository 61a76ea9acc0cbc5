package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.Map;

/**
 * Turns a JSON document into text for a cross-encoder. Each value becomes a line that begins with
 * the names of its fields: {@code author.name: Ada}. Names are repeated for each value below them,
 * so the text may be far longer than the document. Therefore the length is computed first, and only
 * the part that is read is built.
 */
final class FlatText {
  /** How many times longer the text may be than the document's names and values. */
  private static final int MAX_GROWTH = 64;

  private final StringBuilder path = new StringBuilder();
  private final StringBuilder text = new StringBuilder();
  private long documentCharacters; // of all names and values
  private long characters; // of the whole text
  private int mostCharacters; // to write

  private FlatText() {}

  /**
   * Turns a document into text.
   *
   * @param path the document's path in the request
   */
  static String of(JsonNode document, FieldPath path, Limits limits) {
    FlatText flat = new FlatText();
    flat.measure(document, 0);
    long characters = Math.max(0, flat.characters - 1);
    if (characters > MAX_GROWTH * flat.documentCharacters) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          path,
          "becomes more than %d times longer as text, which repeats the field names for each value; expected shorter names or less nesting"
              .formatted(MAX_GROWTH));
    }
    flat.mostCharacters =
        limits.maxCandidateChars() + 1; // one more shows later that the text was cut
    flat.write(document);
    return flat.text.toString();
  }

  /**
   * Adds up the length of what {@link #write} would write.
   *
   * @param pathLength the length of the node's path
   */
  private void measure(JsonNode node, long pathLength) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        long dot = pathLength == 0 ? 0 : 1;
        documentCharacters += field.getKey().length();
        measure(field.getValue(), pathLength + dot + field.getKey().length());
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        measure(element, pathLength);
      }
    } else if (isWritten(node)) {
      int value = node.asText().length();
      documentCharacters += value;
      characters += (pathLength == 0 ? 0 : pathLength + 2) + value + 1; // ": ", line break
    }
  }

  private void write(JsonNode node) {
    if (node.isObject()) {
      int length = path.length();
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        path.append(length == 0 ? "" : ".").append(field.getKey());
        write(field.getValue());
        path.setLength(length);
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        write(element);
      }
    } else if (isWritten(node) && text.length() < mostCharacters) {
      append(text.isEmpty() ? "" : "\n");
      if (!path.isEmpty()) {
        append(path);
        append(": ");
      }
      append(node.asText());
    }
  }

  private void append(CharSequence more) {
    text.append(more, 0, Math.min(more.length(), mostCharacters - text.length()));
  }

  private static boolean isWritten(JsonNode value) {
    return !value.isNull() && !value.asText().isBlank();
  }
}
