package dev.snapranker.api;

/**
 * How a function treats texts that are too long or blank.
 *
 * @param maxQueryChars how many UTF-16 characters of the query are read; the rest is cut off
 * @param maxCandidateChars how many UTF-16 characters of a candidate's text are read
 * @param blankLast whether blank candidates always come last, whatever the request's options say
 */
public record TextPolicy(int maxQueryChars, int maxCandidateChars, boolean blankLast) {

  /** How blank candidates are handled in a request with these options. */
  public BlankTexts blankTexts(Options options) {
    return blankLast ? BlankTexts.LAST : options.blankTexts();
  }
}
