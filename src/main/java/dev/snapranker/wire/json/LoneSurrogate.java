package dev.snapranker.wire.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Half of a surrogate pair in a JSON document.
 *
 * @param path what messages call the text that has it
 * @param at its place in this text, in UTF-16
 */
record LoneSurrogate(String path, int at) {

  /** The first one, null if there is none. */
  static @Nullable LoneSurrogate in(JsonNode root) {
    return in(root, new StringBuilder());
  }

  /**
   * @param path of the node; its characters are written only once for each step of the way, not for
   *     each node
   */
  private static @Nullable LoneSurrogate in(JsonNode node, StringBuilder path) {
    int length = path.length();
    if (node.isTextual()) {
      int at = placeIn(node.textValue());
      return at < 0 ? null : new LoneSurrogate(named(path, "the value"), at);
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        LoneSurrogate lone = in(node.get(i), path.append('[').append(i).append(']'));
        if (lone != null) {
          return lone;
        }
        path.setLength(length);
      }
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      int at = placeIn(field.getKey());
      if (at >= 0) {
        return new LoneSurrogate(named(path, "a field's name"), at);
      }
      LoneSurrogate lone =
          in(field.getValue(), path.append(length == 0 ? "" : ".").append(field.getKey()));
      if (lone != null) {
        return lone;
      }
      path.setLength(length);
    }
    return null;
  }

  private static String named(StringBuilder path, String whenEmpty) {
    return path.isEmpty() ? whenEmpty : path.toString();
  }

  /** Where in the text the first one stands; -1 if there is none. */
  private static int placeIn(String text) {
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      if (Character.getType(codePoint) == Character.SURROGATE) {
        return i;
      }
      i += Character.charCount(codePoint);
    }
    return -1;
  }
}
