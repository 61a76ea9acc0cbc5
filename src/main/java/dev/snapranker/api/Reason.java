package dev.snapranker.api;

/** Why a call failed: the code that callers match on, and the HTTP status it maps to. */
public enum Reason {
  MALFORMED_JSON("malformed_json", 400),
  INVALID_ENCODING("invalid_encoding", 400),
  UNKNOWN_FIELD("unknown_field", 400),
  MISSING_FIELD("missing_field", 400),
  WRONG_TYPE("wrong_type", 400),
  ROUTE_NOT_FOUND("route_not_found", 404),
  MODEL_NOT_FOUND("model_not_found", 404),
  METHOD_NOT_ALLOWED("method_not_allowed", 405),
  PAYLOAD_TOO_LARGE("payload_too_large", 413),
  RESPONSE_TOO_LARGE("response_too_large", 413),
  UNSUPPORTED_MEDIA_TYPE("unsupported_media_type", 415),
  EMPTY("empty", 422),
  OUT_OF_RANGE("out_of_range", 422),
  DUPLICATE_ID("duplicate_id", 422),
  OVERLOADED("overloaded", 429),
  INTERNAL("internal", 500),
  TIMED_OUT("timed_out", 503),
  OUT_OF_MEMORY("out_of_memory", 503);

  private final String code;
  private final int status;

  Reason(String code, int status) {
    this.code = code;
    this.status = status;
  }

  /** The machine-readable code in the error body. */
  public String code() {
    return code;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }
}
