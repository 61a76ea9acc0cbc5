package dev.snapranker.dev.collection;

import java.util.List;

/** The part of a TREC topic that is the query. */
public enum TopicPart {
  title("text", "query", "title"),
  desc("desc", "description", "question"),
  narr("narr", "narrative");

  private final List<String> fields;

  TopicPart(String... fields) {
    this.fields = List.of(fields);
  }

  /** What formats call it. */
  List<String> fields() {
    return fields;
  }
}
