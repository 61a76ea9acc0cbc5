package dev.snapranker.api;

/**
 * How large a call may be.
 *
 * @param maxCandidates candidates per request
 * @param maxCandidateChars UTF-16 characters of one candidate's text that are read
 * @param maxQueryChars UTF-16 characters of the query that are read
 * @param maxPayloadBytes bytes of the request's JSON, and of the response
 * @param maxJsonDepth nesting of the request's JSON
 * @param maxPassages passages of one candidate that are scored, where passages are asked for
 * @param maxRequests queries in one request
 */
public record Limits(
    int maxCandidates,
    int maxCandidateChars,
    int maxQueryChars,
    int maxPayloadBytes,
    int maxJsonDepth,
    int maxPassages,
    int maxRequests) {

  /** Refuses a request that is too large, naming the field, what it has and what is allowed. */
  public void check(RerankRequest request) {
    checkCandidates(request.candidates().size());
  }

  /** Refuses a query that is too long, where the API called is our own: other services cut it. */
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
