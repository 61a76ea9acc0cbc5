package dev.snapranker.api;

/**
 * The limits on the size of a call.
 *
 * @param maxCandidates the most candidates in a request
 * @param maxCandidateChars how many UTF-16 characters of a candidate's text are read
 * @param maxQueryChars how many UTF-16 characters of the query are read
 * @param maxPayloadBytes the most bytes of a request's JSON, and of a response
 * @param maxJsonDepth the deepest nesting of the request's JSON
 * @param maxPassages how many passages of a candidate are scored, if the caller asks for passages
 * @param maxRequests the most queries in a batch
 */
public record Limits(
    int maxCandidates,
    int maxCandidateChars,
    int maxQueryChars,
    int maxPayloadBytes,
    int maxJsonDepth,
    int maxPassages,
    int maxRequests) {

  /** Refuses a request with too many candidates. */
  public void check(RerankRequest request) {
    checkCandidates(request.candidates().size());
  }

  /** Refuses a query that is too long. Only our own API does so: the other services cut it. */
  public void checkQuery(String query) {
    if (query.length() > maxQueryChars) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "query",
          "has %d characters; expected at most %d".formatted(query.length(), maxQueryChars));
    }
  }

  /** Refuses a list of candidates that is too long. */
  public void checkCandidates(int count) {
    if (count > maxCandidates) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "candidates",
          "has %d entries; expected at most %d".formatted(count, maxCandidates));
    }
  }

  /** Refuses a payload over {@link #maxPayloadBytes}. */
  public void checkPayload(int bytes) {
    if (bytes > maxPayloadBytes) {
      throw new RerankException(
          Reason.PAYLOAD_TOO_LARGE,
          "the request has more than %d bytes; split its documents over several requests"
              .formatted(maxPayloadBytes));
    }
  }
}
