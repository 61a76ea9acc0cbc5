package dev.snapranker.dev.fit;

import dev.snapranker.model.Calibration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A way to fit a calibration. */
enum CalibrationMethod {
  PLATT,
  ISOTONIC;

  Calibration fit(List<JudgedLogit> pairs) {
    return switch (this) {
      case PLATT -> PlattFit.fit(pairs);
      case ISOTONIC -> IsotonicFit.fit(pairs);
    };
  }

  /**
   * How good calibrations are on queries that they were not fitted on: each fold's pairs are scored
   * by what is fitted on the others.
   */
  CalibrationQuality crossValidated(List<JudgedLogit> pairs, int folds) {
    Map<String, Integer> foldOf = new HashMap<>(); // by query: pairs of one query are alike
    pairs.forEach(pair -> foldOf.putIfAbsent(pair.query(), foldOf.size() % folds));
    double[] scores = new double[pairs.size()];
    for (int fold = 0; fold < folds; fold++) {
      List<JudgedLogit> others = new ArrayList<>();
      for (JudgedLogit pair : pairs) {
        if (!Objects.equals(foldOf.get(pair.query()), fold)) {
          others.add(pair);
        }
      }
      Calibration fitted = fit(others);
      for (int i = 0; i < scores.length; i++) {
        if (Objects.equals(foldOf.get(pairs.get(i).query()), fold)) {
          scores[i] = fitted.score(pairs.get(i).logit());
        }
      }
    }
    return CalibrationQuality.of(pairs, scores);
  }
}
