package dev.snapranker.dev.collection;

import java.util.List;

/** The part of a TREC topic that is the query. */
public enum TopicPart {
  title,
  desc,
  narr;

  /** What formats call it. */
  List<String> fields() {
    return switch (this) {
      case title -> List.of("text", "query", "title");
      case desc -> List.of("desc", "description", "question");
      case narr -> List.of("narr", "narrative");
    };
  }
}
