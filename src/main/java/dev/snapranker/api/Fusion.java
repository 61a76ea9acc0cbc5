package dev.snapranker.api;

/** How the first stage's scores and the cross-encoder's logits are combined. */
public sealed interface Fusion {

  /** The first stage's scores only break ties. */
  Fusion NONE = new None();

  /** The logits alone decide the order. */
  record None() implements Fusion {}

  /**
   * {@code weight · n(logit) + (1 − weight) · n(first-stage score)}.
   *
   * @param weight the cross-encoder's weight, in 0..1
   * @param normalization the function n
   */
  record Linear(double weight, Normalization normalization) implements Fusion {
    public static final double DEFAULT_WEIGHT = 0.5;

    public Linear {
      if (!(weight >= 0 && weight <= 1)) { // true for NaN
        throw new RerankException(
            Reason.OUT_OF_RANGE, "fusion.weight", "is " + weight + "; expected 0..1");
      }
    }
  }

  /**
   * Reciprocal rank fusion, {@code 1 / (k + rank) + 1 / (k + first-stage rank)}.
   *
   * @param k a number above 0; with a larger k, the first ranks count less
   */
  record Rrf(double k) implements Fusion {
    /** Cormack, Clarke and Büttcher (SIGIR 2009). */
    public static final double DEFAULT_K = 60;

    public Rrf {
      if (!(k > 0 && Double.isFinite(k))) {
        throw new RerankException(
            Reason.OUT_OF_RANGE, "fusion.k", "is " + k + "; expected a finite number above 0");
      }
    }
  }

  /**
   * A linear model of logits and first-stage scores, fitted on judged queries. Its weights are part
   * of the model's bundle.
   */
  record Learned() implements Fusion {}

  /**
   * Reads a fusion from its short form: {@code none}, {@code linear}, {@code linear:WEIGHT}, {@code
   * linear:WEIGHT:z-score}, {@code rrf}, {@code rrf:K} or {@code learned}.
   */
  static Fusion parse(String text) {
    String[] parts = text.strip().split(":", -1);
    String method = parts[0];
    int arguments = parts.length - 1;
    try {
      if (method.equals("none") && arguments == 0) {
        return NONE;
      }
      if (method.equals("learned") && arguments == 0) {
        return new Learned();
      }
      if (method.equals("rrf") && arguments <= 1) {
        return new Rrf(arguments == 0 ? Rrf.DEFAULT_K : Double.parseDouble(parts[1]));
      }
      if (method.equals("linear") && arguments <= 2) {
        double weight = arguments == 0 ? Linear.DEFAULT_WEIGHT : Double.parseDouble(parts[1]);
        return new Linear(
            weight, arguments < 2 ? Normalization.MIN_MAX : Normalization.named(parts[2]));
      }
    } catch (NumberFormatException e) {
      // Refused below, like what has another form.
    } catch (RerankException e) {
      throw new IllegalArgumentException(e.explanation(), e);
    }
    throw new IllegalArgumentException(
        "'%s' is not a fusion; expected none, linear, linear:WEIGHT, linear:WEIGHT:z-score, rrf,"
                .formatted(text)
            + " rrf:K or learned");
  }

  /** How the values of one request are brought to a common scale. */
  enum Normalization {
    /** (x − least) / (most − least), in 0..1; 0 where all are equal. */
    MIN_MAX,
    /** (x − mean) / standard deviation; 0 where all are equal. */
    Z_SCORE;

    /** The normalization with this name in the API. */
    public static Normalization named(String name) {
      return switch (name) {
        case "min-max" -> MIN_MAX;
        case "z-score" -> Z_SCORE;
        default ->
            throw new RerankException(
                Reason.OUT_OF_RANGE,
                "fusion.normalize",
                "is '%s'; expected 'min-max' or 'z-score'".formatted(Excerpt.of(name)));
      };
    }
  }
}
