package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.snapranker.api.Counted;
import java.util.Collections;
import java.util.List;

/**
 * Turns a logit into a probability of relevance: half of the pairs with a score of 0.5 are
 * relevant. A higher logit never gives a lower score, so the order of results does not change.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Calibration.Platt.class, name = "platt"),
  @JsonSubTypes.Type(value = Calibration.Isotonic.class, name = "isotonic")
})
public sealed interface Calibration {

  /** The probability of relevance, in [0, 1]. */
  double score(double logit);

  /**
   * σ(a · logit + b) (Platt, 1999; his A and B are −a and −b).
   *
   * @param a above 0
   */
  record Platt(double a, double b) implements Calibration {
    public Platt {
      require(a > 0 && Double.isFinite(a), "a is " + a + "; expected a finite number above 0");
      require(Double.isFinite(b), "b is " + b + "; expected a finite number");
    }

    @Override
    public double score(double logit) {
      return Manifest.Activation.SIGMOID.score(a * logit + b);
    }
  }

  /**
   * A line through the points (x, y), constant before the first and after the last one.
   *
   * @param x logits, ascending
   * @param y probabilities, each at least as high as the one before
   */
  record Isotonic(List<Double> x, List<Double> y) implements Calibration {
    public Isotonic {
      x = List.copyOf(x);
      y = List.copyOf(y);
      require(
          !x.isEmpty() && x.size() == y.size(),
          "x has %s and y %d; expected the same number in both"
              .formatted(Counted.of(x.size(), "entry"), y.size()));
      for (int i = 0; i < x.size(); i++) {
        require(
            Double.isFinite(x.get(i)) && (i == 0 || x.get(i) > x.get(i - 1)),
            "x[%d] is %s; expected finite numbers, ascending".formatted(i, x.get(i)));
        require(
            y.get(i) >= 0 && y.get(i) <= 1 && (i == 0 || y.get(i) >= y.get(i - 1)),
            "y[%d] is %s; expected 0..1 and not less than the entry before".formatted(i, y.get(i)));
      }
    }

    @Override
    public double score(double logit) {
      int found = Collections.binarySearch(x, logit);
      if (found >= 0) {
        return y.get(found);
      }
      int next = -found - 1;
      if (next == 0 || next == x.size()) {
        return y.get(Math.max(0, next - 1));
      }
      double left = x.get(next - 1);
      double part = (logit - left) / (x.get(next) - left);
      double low = y.get(next - 1);
      double high = y.get(next);
      return Math.min(high, low + part * (high - low)); // rounding must not pass the next point
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
