package dev.snapranker.wire;

import java.util.List;

/** What the function tells of itself. */
public final class ServiceJson {
  private ServiceJson() {}

  /** {@code GET /health}: which model answers. */
  public static String health(String model, String revision) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeBooleanField("ready", true);
      out.writeStringField("model", model);
      out.writeStringField("revision", revision);
      out.writeEndObject();
    });
  }

  /** {@code GET /}: name, version, routes. */
  public static String index(String version, List<String> routes) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("name", "snapranker");
      out.writeStringField("version", version);
      out.writeArrayFieldStart("routes");
      for (String route : routes) {
        out.writeString(route);
      }
      out.writeEndArray();
      out.writeEndObject();
    });
  }
}
