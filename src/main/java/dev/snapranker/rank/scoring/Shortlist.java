package dev.snapranker.rank.scoring;

import java.util.List;

/**
 * The candidates that a stage may score.
 *
 * @param candidates positions in the request, best first
 * @param depth how many of them are scored
 */
public record Shortlist(List<Integer> candidates, Depth depth) {
  public Shortlist {
    candidates = List.copyOf(candidates);
  }
}
