package dev.snapranker.api;

/**
 * How a function treats texts that are too long or blank.
 *
 * @param maxQueryChars UTF-16 characters of the query that are read; what is behind them is cut off
 * @param maxCandidateChars the same of a candidate's text
 * @param blankLast whether candidates without text come last, also where a request would refuse
 *     them
 */
public record TextPolicy(int maxQueryChars, int maxCandidateChars, boolean blankLast) {

  /** What becomes of blank candidates of such a request. */
  public BlankTexts blankTexts(Options options) {
    return blankLast ? BlankTexts.LAST : options.blankTexts();
  }
}
