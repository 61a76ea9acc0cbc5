package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.wire.json.Fields;
import java.util.ArrayList;
import java.util.List;

/** Reads a list of documents as candidates. */
final class Documents {
  private Documents() {}

  /**
   * Reads the candidates. Their ids are their positions.
   *
   * @param name the dialect's name for the list
   */
  static List<Candidate> candidates(
      Fields fields, String name, String type, Limits limits, TextOf textOf) {
    JsonNode entries = fields.array(name, type);
    limits.checkCandidates(entries.size());
    List<Candidate> candidates = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      String text = textOf.read(entries.get(i), FieldPath.of(name).at(i));
      candidates.add(new Candidate(Integer.toString(i), text, null));
    }
    return candidates;
  }

  /** Reads the text of a string, or of an object with a field {@code text}. */
  static String stringOrText(JsonNode document, FieldPath path) {
    if (!document.isObject()) {
      if (!document.isTextual()) {
        throw Fields.wrongType(path, document, "a string or an object with text");
      }
      return document.textValue();
    }
    return Fields.ofAny(document, path).string("text");
  }

  /** Reads a document's text. */
  @FunctionalInterface
  interface TextOf {
    /**
     * Reads the text.
     *
     * @param path the document's path in the request
     */
    String read(JsonNode document, FieldPath path);
  }
}
