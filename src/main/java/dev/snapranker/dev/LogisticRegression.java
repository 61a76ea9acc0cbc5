package dev.snapranker.dev;

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares), with a ridge
 * penalty so small that it only keeps separable data from infinite weights.
 */
final class LogisticRegression {
  private static final double RIDGE = 1e-3;
  private static final int MOST_STEPS = 50;
  private static final double CONVERGED = 1e-9;

  private LogisticRegression() {}

  /**
   * The intercept, then a weight for each feature: [1 + features].
   *
   * @param x [examples, features]
   * @param y [examples], whether relevant
   */
  static double[] fit(double[][] x, boolean[] y) {
    int n = x[0].length + 1;
    double[] weights = new double[n];
    for (int step = 0; step < MOST_STEPS; step++) {
      double[][] hessian = new double[n][n];
      double[] gradient = new double[n];
      for (int j = 0; j < n; j++) {
        hessian[j][j] = RIDGE;
        gradient[j] = -RIDGE * weights[j];
      }
      for (int e = 0; e < x.length; e++) {
        double p = 1 / (1 + Math.exp(-logOdds(weights, x[e])));
        double residual = (y[e] ? 1 : 0) - p;
        for (int j = 0; j < n; j++) {
          double xj = feature(x[e], j);
          gradient[j] += residual * xj;
          for (int k = 0; k < n; k++) {
            hessian[j][k] += p * (1 - p) * xj * feature(x[e], k);
          }
        }
      }
      double[] change = solve(hessian, gradient);
      double largest = 0;
      for (int j = 0; j < n; j++) {
        weights[j] += change[j];
        largest = Math.max(largest, Math.abs(change[j]));
      }
      if (largest < CONVERGED) {
        break;
      }
    }
    return weights;
  }

  static double logOdds(double[] weights, double[] x) {
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      sum += weights[j] * feature(x, j);
    }
    return sum;
  }

  /** The constant of the intercept comes first. */
  private static double feature(double[] x, int j) {
    return j == 0 ? 1 : x[j - 1];
  }

  /** Gaussian elimination with the largest pivot; {@code a} and {@code b} are used up. */
  private static double[] solve(double[][] a, double[] b) {
    int n = b.length;
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        if (Math.abs(a[row][column]) > Math.abs(a[pivot][column])) {
          pivot = row;
        }
      }
      double[] swapped = a[column];
      a[column] = a[pivot];
      a[pivot] = swapped;
      double value = b[column];
      b[column] = b[pivot];
      b[pivot] = value;
      for (int row = column + 1; row < n; row++) {
        double factor = a[row][column] / a[column][column];
        for (int k = column; k < n; k++) {
          a[row][k] -= factor * a[column][k];
        }
        b[row] -= factor * b[column];
      }
    }
    double[] solution = new double[n];
    for (int row = n - 1; row >= 0; row--) {
      double rest = b[row];
      for (int k = row + 1; k < n; k++) {
        rest -= a[row][k] * solution[k];
      }
      solution[row] = rest / a[row][row];
    }
    return solution;
  }
}
