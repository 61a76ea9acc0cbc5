package dev.snapranker.rank.scoring;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Texts without those that are equal to one before them: the same text gets the same logit, so it
 * is scored once.
 */
final class Distinct {
  private final List<Integer> firsts = new ArrayList<>(); // [distinct texts], in all texts
  private final int[] positions; // [all texts], in firsts

  Distinct(List<String> texts) {
    Map<String, Integer> positionOf = HashMap.newHashMap(texts.size()); // by text
    this.positions = new int[texts.size()];
    for (int i = 0; i < positions.length; i++) {
      Integer known = positionOf.putIfAbsent(texts.get(i), firsts.size());
      positions[i] = known == null ? firsts.size() : known;
      if (known == null) {
        firsts.add(i);
      }
    }
  }

  /** Where among all texts each distinct one stands first. */
  List<Integer> firsts() {
    return firsts;
  }

  /**
   * One value for each text: a duplicate has that of its first copy; null where there is none.
   *
   * @param values no more than there are distinct texts
   */
  List<@Nullable ScoredDocument> forAll(List<ScoredDocument> values) {
    List<@Nullable ScoredDocument> all = new ArrayList<>();
    for (int position : positions) {
      all.add(position < values.size() ? values.get(position) : null);
    }
    return all;
  }

  int duplicates() {
    return positions.length - firsts.size();
  }
}
