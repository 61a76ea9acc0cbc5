package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How the model's output row becomes one logit. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Head.SingleLogit.class, name = "single-logit"),
  @JsonSubTypes.Type(value = Head.TwoClass.class, name = "two-class")
})
public sealed interface Head {

  /** How many values the model emits per pair. */
  int classes();

  /**
   * The logit; a higher one means a more relevant document.
   *
   * @param row the model's output, [classes]
   */
  float logit(float[] row);

  /** The model emits the logit itself. */
  record SingleLogit() implements Head {
    @Override
    public int classes() {
      return 1;
    }

    @Override
    public float logit(float[] row) {
      return row[0];
    }
  }

  /**
   * monoBERT's head: a class for relevant and one for not relevant. The softmax of the two is the
   * sigmoid of their difference (Nogueira and Cho, 2019, arXiv:1901.04085).
   *
   * @param relevant the index of the class "relevant"
   * @param other the index of the class "not relevant"
   */
  record TwoClass(int relevant, int other) implements Head {
    public TwoClass {
      boolean bothClasses = (relevant == 0 && other == 1) || (relevant == 1 && other == 0);
      if (!bothClasses) {
        throw new IllegalArgumentException(
            "two-class head has relevant %d and other %d; expected 0 and 1 or 1 and 0"
                .formatted(relevant, other));
      }
    }

    @Override
    public int classes() {
      return 2;
    }

    @Override
    public float logit(float[] row) {
      return row[relevant] - row[other];
    }
  }
}
