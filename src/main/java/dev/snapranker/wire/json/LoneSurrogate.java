package dev.snapranker.wire.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Half of a surrogate pair in a JSON document.
 *
 * @param path the path of the text that contains it
 * @param at its position in this text, in UTF-16 characters
 */
record LoneSurrogate(FieldPath path, int at) {

  /** The first lone surrogate in the document; null if there is none. */
  static @Nullable LoneSurrogate in(JsonNode root) {
    return in(root, new ArrayList<>());
  }

  /**
   * @param path of the node; one list for all nodes, so that a deep document takes linear time
   */
  private static @Nullable LoneSurrogate in(JsonNode node, List<FieldPath.Step> path) {
    if (node.isTextual()) {
      int at = placeIn(node.textValue());
      return at < 0 ? null : new LoneSurrogate(named(path, "the value"), at);
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        path.add(new FieldPath.Index(i));
        LoneSurrogate lone = in(node.get(i), path);
        if (lone != null) {
          return lone;
        }
        path.removeLast();
      }
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      int at = placeIn(field.getKey());
      if (at >= 0) {
        return new LoneSurrogate(named(path, "a field's name"), at);
      }
      path.add(new FieldPath.Name(field.getKey()));
      LoneSurrogate lone = in(field.getValue(), path);
      if (lone != null) {
        return lone;
      }
      path.removeLast();
    }
    return null;
  }

  private static FieldPath named(List<FieldPath.Step> path, String whenEmpty) {
    FieldPath named = new FieldPath(path);
    return named.toString().isEmpty() ? FieldPath.of(whenEmpty) : named;
  }

  /** The position of the first lone surrogate in the text; -1 if there is none. */
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
