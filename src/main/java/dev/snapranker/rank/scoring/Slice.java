package dev.snapranker.rank.scoring;

import dev.snapranker.text.EncodedPair;
import java.util.List;

/**
 * A part of a request's work: passages for one model. Their token ids say all that decides the
 * logits, so neither texts nor options are needed. All passages have the same query.
 *
 * @param pairs the passages, at least one, those of the best documents first
 */
public record Slice(Model model, List<EncodedPair> pairs) {
  public Slice {
    pairs = List.copyOf(pairs);
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("a slice needs a pair");
    }
  }
}
