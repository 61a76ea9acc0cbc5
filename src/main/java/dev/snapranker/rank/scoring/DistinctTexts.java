package dev.snapranker.rank.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The different texts of a list. Equal texts get the same logit, so each is scored only once. */
final class DistinctTexts {
  private final List<Integer> firsts = new ArrayList<>(); // [distinct texts], index in all texts
  private final int[] positions; // [all texts], index in firsts

  DistinctTexts(List<String> texts) {
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

  /** For each distinct text, the index of its first copy. */
  List<Integer> firsts() {
    return firsts;
  }

  /**
   * One value for each text: a duplicate gets the value of its first copy; null if that has none.
   *
   * @param values the values of the distinct texts
   */
  List<@Nullable ScoredDocument> forAll(List<@Nullable ScoredDocument> values) {
    List<@Nullable ScoredDocument> all = new ArrayList<>();
    for (int position : positions) {
      all.add(values.get(position));
    }
    return all;
  }

  /** How many of all texts are one of the first {@code count} different ones. */
  int copies(int count) {
    return (int) Arrays.stream(positions).filter(position -> position < count).count();
  }
}
