package dev.snapranker.api;

/** How a request handles blank candidates, which have no text that a model can read. */
public enum BlankTexts {
  /**
   * The request is refused, also for a text of white space or of characters unknown to the model.
   */
  REFUSE,
  /** The request is refused only for a text without a single character. Other blanks come last. */
  REFUSE_EMPTY,
  /** Blank candidates come last, with the lowest score. No model scores them. */
  LAST
}
