package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.Lambda;
import dev.snapranker.Replies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code openapi.json} describes the function, and its examples are real replies. */
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
  void repliesAboutTheFunctionMatchTheExamples(String path) {
    JsonNode reply = Api.get(path);
    JsonNode responses = Api.OPEN_API.path("paths").path(path).path("get").path("responses");
    if (responses.has("204")) {
      assertThat(reply.path("statusCode").asInt()).isEqualTo(204);
      assertThat(reply.path("body").asText()).isEmpty();
      return;
    }
    assertThat(reply.path("statusCode").asInt()).isEqualTo(200);
    JsonNode told = withoutTheBuilds(Lambda.body(reply));
    content(responses.path("200"))
        .forEach(example -> Replies.assertSame(withoutTheBuilds(value(example)), told));
  }

  /** What differs from build to build and from machine to machine. */
  private static JsonNode withoutTheBuilds(JsonNode told) {
    return told.<ObjectNode>deepCopy().without(List.of("version", "tokenization_workers"));
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
      JsonNode response = responses.path(good ? "200" : "4XX");
      JsonNode shown = content(response).path(dialect + (good ? "Reply" : "Refusal"));
      Replies.assertSame(value(shown), Lambda.body(reply));
      assertThat(names(response.path("headers"))).containsAll(names(reply.path("headers")));
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

  /** But for the content type, which a description does not list among the headers. */
  private static Set<String> names(JsonNode headers) {
    Set<String> names = new TreeSet<>();
    headers.fieldNames().forEachRemaining(names::add);
    names.remove("content-type");
    return names;
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
