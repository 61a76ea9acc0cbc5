package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.Map;

/**
 * Turns a JSON document into text for a cross-encoder. Each value has a line, with the names of its
 * fields before it, as {@code author.name: Ada}. A name stands before each value below it, so the
 * text may be far longer than the document. Its length is checked before it is built, and it is not
 * built any further than it is read.
 */
final class FlatText {
  /** A document's text may be up to this many times as long as its names and values. */
  private static final int MAX_GROWTH = 64;

  private final StringBuilder path = new StringBuilder();
  private final StringBuilder text = new StringBuilder();
  private long names; // characters of all names and values
  private long characters; // of the text
  private int mostCharacters; // that are written

  private FlatText() {}

  /**
   * The text.
   *
   * @param path where the document is
   */
  static String of(JsonNode document, FieldPath path, Limits limits) {
    FlatText flat = new FlatText();
    flat.measure(document, 0);
    long characters = Math.max(0, flat.characters - 1);
    if (characters > MAX_GROWTH * flat.names) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          path,
          "is more than %d times as long as text, which repeats the names of fields for each value; expected shorter names"
              .formatted(MAX_GROWTH));
    }
    flat.mostCharacters = limits.maxCandidateChars() + 1; // one too many says that it is cut
    flat.write(document);
    return flat.text.toString();
  }

  /**
   * Adds up what {@link #write} would write.
   *
   * @param pathLength of the node's path
   */
  private void measure(JsonNode node, long pathLength) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        long dot = pathLength == 0 ? 0 : 1;
        names += field.getKey().length();
        measure(field.getValue(), pathLength + dot + field.getKey().length());
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        measure(element, pathLength);
      }
    } else if (isWritten(node)) {
      int value = node.asText().length();
      names += value;
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
