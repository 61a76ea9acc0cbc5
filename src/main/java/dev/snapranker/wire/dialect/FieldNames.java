package dev.snapranker.wire.dialect;

import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.OptionalInt;

/**
 * A dialect's names for the fields of {@code api}. The dialect's documents are the candidates'
 * texts.
 *
 * @param topK the name for the number of results
 */
record FieldNames(FieldPath query, FieldPath documents, FieldPath topK) {

  static FieldNames of(String query, String documents, String topK) {
    return new FieldNames(FieldPath.of(query), FieldPath.of(documents), FieldPath.of(topK));
  }

  /** The failure with the dialect's field name. An unknown field keeps the name that was sent. */
  RerankException in(RerankException e) {
    return e.reason() == Reason.UNKNOWN_FIELD ? e : e.renamed(this::of);
  }

  private FieldPath of(FieldPath field) {
    if (field.equals(FieldPath.of("query"))) {
      return query;
    }
    if (field.equals(FieldPath.of("candidates"))) {
      return documents;
    }
    if (field.equals(FieldPath.of("top_k"))) {
      return topK;
    }
    OptionalInt candidate = field.candidateOfText();
    return candidate.isPresent() ? documents.at(candidate.getAsInt()) : field;
  }
}
