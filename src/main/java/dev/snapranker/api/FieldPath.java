package dev.snapranker.api;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Where a value stands in a request: names of fields and positions in arrays, from the outside in.
 * As text it is {@code candidates[17].text}.
 */
public record FieldPath(List<Step> steps) {
  /** The request itself. */
  public static final FieldPath REQUEST = new FieldPath(List.of());

  public FieldPath {
    steps = List.copyOf(steps);
  }

  /** One step inwards. */
  public sealed interface Step {}

  public record Name(String name) implements Step {}

  /**
   * A position in an array.
   *
   * @param index from 0
   */
  public record Index(int index) implements Step {}

  /** A field of the request. */
  public static FieldPath of(String name) {
    return REQUEST.field(name);
  }

  /** An element of {@code candidates}. */
  public static FieldPath candidate(int index) {
    return of("candidates").at(index);
  }

  /** The text of an element of {@code candidates}. */
  public static FieldPath candidateText(int index) {
    return candidate(index).field("text");
  }

  /** The index of the candidate whose text this path names; empty for any other path. */
  public OptionalInt candidateOfText() {
    return steps.size() > 1
            && steps.get(1) instanceof Index(int index)
            && equals(candidateText(index))
        ? OptionalInt.of(index)
        : OptionalInt.empty();
  }

  /** The path of a field of this object. */
  public FieldPath field(String name) {
    return with(List.of(new Name(name)));
  }

  /** The path of an element of this array. */
  public FieldPath at(int index) {
    return with(List.of(new Index(index)));
  }

  /** The path of the same value when the request is part of a larger one, at {@code outer}. */
  public FieldPath within(FieldPath outer) {
    return outer.with(steps);
  }

  /** Whether this path is {@code outer} itself, or names a part of the value there. */
  public boolean isWithin(FieldPath outer) {
    return steps.size() >= outer.steps.size()
        && steps.subList(0, outer.steps.size()).equals(outer.steps);
  }

  private FieldPath with(List<Step> more) {
    List<Step> all = new ArrayList<>(steps);
    all.addAll(more);
    return new FieldPath(all);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps) {
      switch (step) {
        case Name(String name) -> text.append(text.isEmpty() ? "" : ".").append(name);
        case Index(int index) -> text.append('[').append(index).append(']');
      }
    }
    return text.toString();
  }
}
