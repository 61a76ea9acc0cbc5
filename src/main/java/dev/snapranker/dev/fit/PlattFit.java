package dev.snapranker.dev.fit;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Calibration;
import java.util.List;

/**
 * Fits {@link Calibration.Platt} by least log loss: Platt's targets, which are a little off 0 and 1
 * (Advances in Large Margin Classifiers, 1999), Newton's method with backtracking and its constants
 * by Lin, Lin and Weng (Machine Learning 68, 2007).
 */
final class PlattFit {
  private static final int MAX_STEPS = 100;
  private static final double RIDGE = 1e-12;
  private static final double FLAT = 1e-5;
  private static final double LEAST_STEP = 1e-10;
  private static final double SUFFICIENT = 1e-4;

  private final List<JudgedLogit> pairs;
  private final long relevant;
  private final double relevantTarget;
  private final double otherTarget;

  private PlattFit(List<JudgedLogit> pairs) {
    this.pairs = pairs;
    this.relevant = pairs.stream().filter(JudgedLogit::relevant).count();
    this.relevantTarget = (relevant + 1.0) / (relevant + 2.0);
    this.otherTarget = 1.0 / (pairs.size() - relevant + 2.0);
  }

  static Calibration.Platt fit(List<JudgedLogit> pairs) {
    return new PlattFit(pairs).fit();
  }

  private Calibration.Platt fit() {
    // Where all have one score, the share of relevant pairs: from far off, Newton's steps go
    // astray.
    double a = 0;
    double b = Math.log((relevant + 1.0) / (pairs.size() - relevant + 1.0));
    double loss = loss(a, b);
    for (int step = 0; step < MAX_STEPS; step++) {
      double aa = RIDGE;
      double bb = RIDGE;
      double ab = 0;
      double ga = 0;
      double gb = 0;
      for (JudgedLogit pair : pairs) {
        double p = sigmoid(a * pair.logit() + b);
        double curvature = p * (1 - p);
        double off = p - target(pair);
        aa += curvature * pair.logit() * pair.logit();
        bb += curvature;
        ab += curvature * pair.logit();
        ga += off * pair.logit();
        gb += off;
      }
      if (Math.abs(ga) < FLAT && Math.abs(gb) < FLAT) {
        break;
      }
      double determinant = aa * bb - ab * ab;
      double da = -(bb * ga - ab * gb) / determinant;
      double db = -(aa * gb - ab * ga) / determinant;
      double slope = ga * da + gb * db;
      double length = 1;
      while (length >= LEAST_STEP
          && loss(a + length * da, b + length * db) >= loss + SUFFICIENT * length * slope) {
        length /= 2;
      }
      if (length < LEAST_STEP) {
        break; // as near as the arithmetic comes
      }
      a += length * da;
      b += length * db;
      loss = loss(a, b);
    }
    if (!(a > 0)) {
      throw new UsageException(
          "relevant documents do not have the higher logits here: there is nothing to calibrate");
    }
    return new Calibration.Platt(a, b);
  }

  private double target(JudgedLogit pair) {
    return pair.relevant() ? relevantTarget : otherTarget;
  }

  private double loss(double a, double b) {
    double loss = 0;
    for (JudgedLogit pair : pairs) {
      double x = a * pair.logit() + b;
      // −t·ln σ(x) − (1 − t)·ln(1 − σ(x)), without an overflow
      loss += Math.max(x, 0) - target(pair) * x + Math.log1p(Math.exp(-Math.abs(x)));
    }
    return loss;
  }

  private static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }
}
