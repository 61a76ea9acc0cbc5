package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Limits;
import dev.snapranker.wire.json.Fields;
import java.util.ArrayList;
import java.util.List;

/** A list of documents as candidates, for dialects that know a document by its position. */
final class Documents {
  private Documents() {}

  /**
   * The candidates, whose ids are their positions.
   *
   * @param name what the dialect calls the list
   */
  static List<Candidate> candidates(
      Fields fields, String name, String type, Limits limits, TextOf textOf) {
    JsonNode entries = fields.array(name, type);
    limits.checkCandidates(entries.size());
    List<Candidate> candidates = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      String text = textOf.read(entries.get(i), name + "[" + i + "]");
      candidates.add(new Candidate(Integer.toString(i), text, null));
    }
    return candidates;
  }

  /** A string, or an object whose {@code text} counts. */
  static String stringOrText(JsonNode document, String path) {
    if (!document.isObject()) {
      if (!document.isTextual()) {
        throw Fields.wrongType(path, document, "a string or an object with text");
      }
      return document.textValue();
    }
    return Fields.ofAny(document, path).string("text");
  }

  /**
   * How the dialect names the fields of {@code api}: a candidate's text is the list's entry.
   *
   * @param list what the dialect calls the candidates
   * @param topK what it calls the number of results
   */
  static String rename(String field, String list, String topK) {
    if (field.equals("top_k")) {
      return topK;
    }
    return field.startsWith("candidates")
        ? list + field.substring("candidates".length()).replace(".text", "")
        : field;
  }

  /** Reads a document's text. */
  @FunctionalInterface
  interface TextOf {
    /**
     * The text.
     *
     * @param path what messages call the document
     */
    String read(JsonNode document, String path);
  }
}
