package dev.snapranker.dev.fit;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Calibration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Fits {@link Calibration.Isotonic} by pool-adjacent-violators (Ayer et al., 1955; for
 * probabilities Zadrozny and Elkan, KDD 2002): the never-falling steps with the least squared
 * error, joined by lines.
 */
final class IsotonicFit {
  private IsotonicFit() {}

  /** Pairs next to one another that share a probability. */
  private record Block(double from, double to, double relevant, double pairs) {
    double mean() {
      return relevant / pairs;
    }

    Block with(Block next) {
      return new Block(from, next.to, relevant + next.relevant, pairs + next.pairs);
    }
  }

  static Calibration fit(List<JudgedLogit> pairs) {
    Deque<Block> blocks = new ArrayDeque<>(); // means ascending
    for (JudgedLogit pair :
        pairs.stream().sorted(Comparator.comparingDouble(JudgedLogit::logit)).toList()) {
      Block block = new Block(pair.logit(), pair.logit(), pair.relevant() ? 1 : 0, 1);
      while (!blocks.isEmpty()
          && (blocks.getLast().mean() >= block.mean() || blocks.getLast().to == block.from)) {
        block = blocks.removeLast().with(block);
      }
      blocks.addLast(block);
    }
    if (blocks.size() < 2) {
      throw new UsageException(
          "relevant documents do not have the higher logits here: there is nothing to calibrate");
    }
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (Block block : blocks) {
      // As Platt's targets: no finite sample proves a probability of 0 or 1.
      double least = 1 / (block.pairs + 2);
      double probability = Math.clamp(block.mean(), least, 1 - least);
      add(x, y, block.from, probability);
      if (block.to > block.from) {
        add(x, y, block.to, probability);
      }
    }
    return new Calibration.Isotonic(x, y);
  }

  private static void add(List<Double> x, List<Double> y, double logit, double probability) {
    x.add(logit);
    // Clamped, a small block at the end may lie below the block before it.
    y.add(y.isEmpty() ? probability : Math.max(probability, y.getLast()));
  }
}
