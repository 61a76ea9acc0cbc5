package dev.snapranker.wire.json;

import dev.snapranker.api.Excerpt;
import dev.snapranker.api.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The warnings about the fields of one request. Their number and length are bounded, also for a
 * request with many fields or long names. They never quote a value.
 */
final class FieldWarnings {
  private static final int MAX_NAMED = 8;
  private static final int MAX_CHARS = 64;

  private final List<String> named = new ArrayList<>();
  private int others;

  /**
   * Adds a warning.
   *
   * @param what a predicate, for example {@code was ignored}; not called once there are enough
   */
  void add(FieldPath field, Supplier<String> what) {
    if (named.size() < MAX_NAMED) {
      named.add("'" + Excerpt.of(field.toString(), MAX_CHARS) + "' " + what.get());
    } else {
      others++;
    }
  }

  List<String> all() {
    List<String> all = new ArrayList<>(named);
    if (others > 0) {
      all.add("there are %d more warnings about fields".formatted(others));
    }
    return all;
  }
}
