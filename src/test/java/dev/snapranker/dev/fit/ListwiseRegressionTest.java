package dev.snapranker.dev.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.snapranker.dev.fit.ListwiseRegression.Documents;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ListwiseRegressionTest {
  @Test
  void theWeightsThatChoseAreFound() {
    Random random = new Random(5);
    double[] truth = {2, -0.5, 0};
    List<Documents> lists = new ArrayList<>();
    for (int list = 0; list < 4000; list++) {
      double shift = 10 * random.nextGaussian(); // what all of a list share says nothing
      List<double[]> features = new ArrayList<>();
      int chosen = 0;
      double best = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < 10; i++) {
        double[] x = {random.nextGaussian(), 3 * random.nextGaussian() + shift, 1};
        features.add(x);
        // The largest of values with Gumbel noise is chosen as the softmax says.
        double value =
            ListwiseRegression.value(truth, x) - Math.log(-Math.log(random.nextDouble()));
        if (value > best) {
          best = value;
          chosen = i;
        }
      }
      lists.add(new Documents(features, List.of(chosen)));
    }
    assertThat(ListwiseRegression.fit(lists, 3)).containsExactly(truth, within(0.1));
  }

  @Test
  void listsWithoutAnythingRelevantSayNothing() {
    Documents none = new Documents(List.of(new double[] {1}, new double[] {2}), List.of());
    assertThat(ListwiseRegression.fit(List.of(none), 1)).containsExactly(0);
  }

  @Test
  void separableListsHaveFiniteWeights() {
    Documents clear = new Documents(List.of(new double[] {100}, new double[] {-100}), List.of(0));
    double[] weights = ListwiseRegression.fit(List.of(clear, clear), 1);
    assertThat(weights[0]).isPositive().isFinite();
  }
}
