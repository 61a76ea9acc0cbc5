package dev.snapranker.rehearse;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.json.Json;

/** Writes a native request like a client. */
final class RequestJson {
  private RequestJson() {}

  static String write(RerankRequest request) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("query", request.query());
      out.writeArrayFieldStart("candidates");
      for (Candidate candidate : request.candidates()) {
        out.writeStartObject();
        out.writeStringField("id", candidate.id());
        out.writeStringField("text", candidate.text());
        out.writeEndObject();
      }
      out.writeEndArray();
      if (request.options().model().id() != null) {
        out.writeStringField("model", request.options().model().id());
      }
      Integer budget = request.options().plan().budgetMillis();
      if (budget != null) {
        out.writeNumberField("budget_ms", budget);
      }
      out.writeEndObject();
    });
  }
}
