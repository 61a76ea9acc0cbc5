package dev.snapranker.dev.fit;

import java.util.List;

/**
 * Weights that put what is relevant first: the mean log likelihood of the relevant documents of
 * each list, as a softmax of its values gives it, is the greatest (the top-one loss of ListNet, Cao
 * et al., ICML 2007; a conditional logit model). By Newton's method, with a small ridge penalty.
 */
final class ListwiseRegression {
  private static final double RIDGE = 1e-2;
  private static final int MAX_STEPS = 100;
  private static final int MAX_HALVINGS = 30;
  private static final double CONVERGED = 1e-10;

  private ListwiseRegression() {}

  /**
   * One query's documents.
   *
   * @param features of each
   * @param relevant the positions of the relevant ones
   */
  record Documents(List<double[]> features, List<Integer> relevant) {}

  /**
   * A weight for each feature. Lists without a relevant document are left out: they say nothing.
   */
  static double[] fit(List<Documents> lists, int features) {
    List<Documents> judged =
        lists.stream().filter(documents -> !documents.relevant.isEmpty()).toList();
    double[] weights = new double[features];
    double likelihood = likelihood(judged, weights);
    for (int step = 0; step < MAX_STEPS; step++) {
      double[] change = newtonStep(judged, weights);
      double better = Double.NEGATIVE_INFINITY;
      double[] moved = weights;
      double share = 1;
      for (int i = 0; i < MAX_HALVINGS && !(better > likelihood); i++) {
        moved = moved(weights, change, share);
        better = likelihood(judged, moved);
        share /= 2;
      }
      if (!(better > likelihood + CONVERGED)) {
        break;
      }
      weights = moved;
      likelihood = better;
    }
    return weights;
  }

  private static double[] moved(double[] weights, double[] change, double share) {
    double[] moved = weights.clone();
    for (int j = 0; j < moved.length; j++) {
      moved[j] += share * change[j];
    }
    return moved;
  }

  private static double likelihood(List<Documents> lists, double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum -= RIDGE / 2 * weight * weight;
    }
    for (Documents list : lists) {
      double[] p = softmax(list, weights);
      for (int i : list.relevant) {
        sum += Math.log(Math.max(p[i], Double.MIN_NORMAL)) / list.relevant.size();
      }
    }
    return sum;
  }

  private static double[] newtonStep(List<Documents> lists, double[] weights) {
    int n = weights.length;
    double[][] hessian = new double[n][n];
    double[] gradient = new double[n];
    for (int j = 0; j < n; j++) {
      hessian[j][j] = RIDGE;
      gradient[j] = -RIDGE * weights[j];
    }
    for (Documents list : lists) {
      double[] p = softmax(list, weights);
      double[] mean = new double[n];
      for (int i = 0; i < p.length; i++) {
        for (int j = 0; j < n; j++) {
          mean[j] += p[i] * list.features.get(i)[j];
        }
      }
      for (int i : list.relevant) {
        for (int j = 0; j < n; j++) {
          gradient[j] += (list.features.get(i)[j] - mean[j]) / list.relevant.size();
        }
      }
      for (int i = 0; i < p.length; i++) {
        double[] x = list.features.get(i);
        for (int j = 0; j < n; j++) {
          for (int k = 0; k < n; k++) {
            hessian[j][k] += p[i] * (x[j] - mean[j]) * (x[k] - mean[k]);
          }
        }
      }
    }
    return LinearEquations.solve(hessian, gradient);
  }

  /** [documents], summing to 1. */
  private static double[] softmax(Documents list, double[] weights) {
    double[] values = new double[list.features.size()];
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < values.length; i++) {
      values[i] = value(weights, list.features.get(i));
      most = Math.max(most, values[i]);
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(values[i] - most);
      sum += values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= sum;
    }
    return values;
  }

  static double value(double[] weights, double[] x) {
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      sum += weights[j] * x[j];
    }
    return sum;
  }
}
