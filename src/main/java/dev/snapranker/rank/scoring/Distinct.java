package dev.snapranker.rank;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hits without those whose text is that of one before them: the same text gets the same logit, so
 * it is scored once.
 */
final class Distinct {
  private final List<Hit> hits;
  private final int[] positions; // [all hits], in hits

  private Distinct(List<Hit> hits, int[] positions) {
    this.hits = hits;
    this.positions = positions;
  }

  static Distinct of(List<Hit> all) {
    Map<String, Integer> positionOf = HashMap.newHashMap(all.size()); // by text
    List<Hit> hits = new ArrayList<>();
    int[] positions = new int[all.size()];
    for (int i = 0; i < positions.length; i++) {
      Integer known = positionOf.putIfAbsent(all.get(i).candidate().text(), hits.size());
      positions[i] = known == null ? hits.size() : known;
      if (known == null) {
        hits.add(all.get(i));
      }
    }
    return new Distinct(hits, positions);
  }

  List<Hit> hits() {
    return hits;
  }

  /** Where in {@link #hits} the i-th of all stands. */
  int position(int i) {
    return positions[i];
  }

  int duplicates() {
    return positions.length - hits.size();
  }
}
