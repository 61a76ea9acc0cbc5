package dev.snapranker.dev.collection;

import java.util.List;

/**
 * The names that formats give to what an entry has, as JSON fields and as columns. Of several that
 * are there, the first counts.
 *
 * @param what an entry is
 * @param option that names the columns of a file without a header
 */
record EntryFields(
    String what, List<String> ids, List<String> titles, List<String> texts, String option) {

  /** {@code pid} comes before {@code docid}, which names a passage's document in MS MARCO v2. */
  static EntryFields documents() {
    return new EntryFields(
        "document",
        List.of("_id", "doc_id", "pid", "docno", "docid", "id"),
        List.of("title"),
        List.of("text", "body", "passage", "contents"),
        "--corpus-columns");
  }

  /**
   * Of queries.
   *
   * @param part of a topic that is the query
   */
  static EntryFields queries(TopicPart part) {
    return new EntryFields(
        "query",
        List.of("_id", "query_id", "qid", "id"),
        List.of(),
        part.fields(),
        "--query-columns");
  }

  /** For messages. */
  String expected() {
    return "an id (%s) and a text (%s)".formatted(String.join(", ", ids), String.join(", ", texts));
  }
}
