package dev.snapranker.dev.fit;

/** Solves a system of linear equations. */
final class LinearEquations {
  private LinearEquations() {}

  /**
   * The x of {@code a x = b}, by Gaussian elimination with the largest pivot; both are used up.
   *
   * @param a [n, n], not singular
   * @param b [n]
   */
  static double[] solve(double[][] a, double[] b) {
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
