package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.Lambda;
import dev.snapranker.Replies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code openapi.json} describes what the function does; its examples are real replies. */
class OpenApiTest {

  @Test
  void itDescribesEveryRouteAndNoOther() {
    List<String> described = new ArrayList<>();
    Api.OPEN_API
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .fieldNames()
                .forEachRemaining(method ->
                    described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    List<String> routes = new ArrayList<>();
    Lambda.body(Api.get("/")).path("routes").forEach(route -> routes.add(route.asText()));
    assertThat(described).containsExactlyInAnyOrderElementsOf(routes);
  }

  @Test
  void itIsServedAsItIsCheckedIn() throws IOException {
    assertThat(Api.get("/openapi.json").path("body").asText())
        .isEqualTo(Files.readString(Path.of("src", "main", "resources", "openapi.json")));
  }

  @ParameterizedTest
  @MethodSource("getPaths")
  void whatIsToldOfTheFunctionConforms(String path) {
    assertThat(Api.get(path).path("statusCode").asInt()).isEqualTo(200);
  }

  static Stream<String> getPaths() {
    return paths("get");
  }

  @ParameterizedTest
  @MethodSource("postPaths")
  void everyExampleGetsTheReplyThatIsShown(String path) {
    JsonNode operation = Api.OPEN_API.path("paths").path(path).path("post");
    int posted = 0;
    for (var example : content(operation.path("requestBody")).properties()) {
      String name = example.getKey();
      boolean good = name.endsWith("Request");
      String dialect = name.replaceAll("(Request|Refused)$", "");
      JsonNode reply = Api.post(path, value(example.getValue()).toString());
      assertThat(reply.path("statusCode").asInt() == 200).as(reply.toString()).isEqualTo(good);
      JsonNode responses = operation.path("responses");
      JsonNode shown =
          good
              ? content(responses.path("200")).path(dialect + "Reply")
              : content(responses.path("4XX")).path(dialect + "Refusal");
      Replies.assertSame(value(shown), Lambda.body(reply));
      posted++;
    }
    assertThat(posted).isGreaterThanOrEqualTo(2);
  }

  static Stream<String> postPaths() {
    return paths("post");
  }

  private static Stream<String> paths(String method) {
    return Api.OPEN_API.path("paths").properties().stream()
        .filter(path -> path.getValue().has(method))
        .map(path -> path.getKey());
  }

  private static JsonNode content(JsonNode body) {
    return body.path("content").path("application/json").path("examples");
  }

  static JsonNode value(JsonNode example) {
    String reference = example.path("$ref").asText();
    assertThat(reference).startsWith("#/components/examples/");
    return Api.OPEN_API.at(reference.substring(1)).path("value");
  }
}
