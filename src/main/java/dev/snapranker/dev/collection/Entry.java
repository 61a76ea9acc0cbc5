package dev.snapranker.dev.collection;

import org.jspecify.annotations.Nullable;

/**
 * A document or a query.
 *
 * @param text a document's title and text, or a query's text; blank for none
 */
record Entry(String id, String text) {
  Entry {
    if (id.isBlank()) {
      throw new MalformedException("the id is blank; expected an id");
    }
  }

  static Entry of(String id, @Nullable String title, String text) {
    return new Entry(id, title == null || title.isBlank() ? text : title.strip() + ". " + text);
  }
}
