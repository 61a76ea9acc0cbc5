package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.Lambda.TestContext;
import dev.snapranker.boot.PackageFile;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Calls the default bundle's handler as an HTTP API does. What comes back is held against {@code
 * openapi.json}, and so is what was sent, if it was answered.
 */
public final class Api {
  static final JsonNode OPEN_API = read();

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final Map<String, Schema> SCHEMAS = new HashMap<>();

  private Api() {}

  static JsonNode post(String path, String json) {
    return post(path, json, Map.of());
  }

  static JsonNode post(String path, String json, Map<String, String> headers) {
    return call("POST", path, json, headers, 30_000);
  }

  public static JsonNode get(String path) {
    return call("GET", path, "", Map.of(), 30_000);
  }

  /** The reply in its envelope. */
  static JsonNode call(
      String method, String path, String body, Map<String, String> headers, int millisLeft) {
    HttpRequest request = new HttpRequest(method, path, headers, body, false);
    JsonNode reply =
        Lambda.invoke(
            DefaultBundle.handler(),
            Payload2.event(request, "", "192.0.2.1").getBytes(StandardCharsets.UTF_8),
            new TestContext(millisLeft));
    JsonNode operation = OPEN_API.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
    if (operation.isObject()) {
      conforms(operation, body, reply);
    }
    return reply;
  }

  private static void conforms(JsonNode operation, String body, JsonNode reply) {
    int status = reply.path("statusCode").asInt();
    JsonNode responses = operation.path("responses");
    JsonNode response =
        responses.has(Integer.toString(status))
            ? responses.path(Integer.toString(status))
            : responses.path(status / 100 + "XX");
    if (status != 204) {
      assertConforms(response, reply.path("body").asText());
    }
    if (status == 200 && !body.isEmpty() && !hasRefusedEntry(reply)) {
      assertConforms(operation.path("requestBody"), body);
    }
  }

  /** An invalid entry of a batch has its error in the reply. */
  private static boolean hasRefusedEntry(JsonNode reply) {
    return Lambda.body(reply).at("/usage/failed").asInt() > 0;
  }

  private static void assertConforms(JsonNode content, String json) {
    JsonNode schema = content.path("content").path("application/json").path("schema");
    assertThat(schema).as("no schema for %s", json).isNotEmpty();
    assertThat(compiled(schema).validate(json, InputFormat.JSON)).as(json).isEmpty();
  }

  private static synchronized Schema compiled(JsonNode schema) {
    return SCHEMAS.computeIfAbsent(
        schema.toString(),
        _ -> {
          ObjectNode standalone = schema.deepCopy();
          standalone.set("components", OPEN_API.path("components"));
          return REGISTRY.getSchema(standalone.toString(), InputFormat.JSON);
        });
  }

  private static JsonNode read() {
    try {
      return new JsonMapper().readTree(PackageFile.read("/openapi.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
