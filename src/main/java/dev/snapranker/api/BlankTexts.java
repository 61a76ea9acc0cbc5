package dev.snapranker.api;

/** What becomes of candidates without any text to read. */
public enum BlankTexts {
  /** One of white space alone refuses the request, and so does one that the model cannot read. */
  REFUSE,
  /** Only one without a single character refuses the request; the others come last. */
  REFUSE_EMPTY,
  /** They come last, with the least score. No model scores them. */
  LAST
}
