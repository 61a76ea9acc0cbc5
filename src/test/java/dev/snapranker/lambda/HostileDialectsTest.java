package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The examples of {@code openapi.json} with something changed at random. The reply is always in the
 * caller's dialect and never a defect; and requests that are ranked fit the description.
 */
@Timeout(300)
class HostileDialectsTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** Stands for a number that no tree holds. */
  private static final String HUGE = "\"@huge\"";

  private static final String[] VALUES = {
    HUGE,
    "null",
    "true",
    "0",
    "-1",
    "3",
    "1.5",
    "1e400",
    "99999999999",
    "\"\"",
    "\" \"",
    "\"text\"",
    "\"rerank-v3.5\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "[]",
    "{}",
    "[null]",
    "[\"a\"]",
    "[[\"a\"]]",
    "[{\"text\": \"a\"}]",
    "{\"text\": \"a\"}",
    "{\"text\": 1}"
  };

  @Test
  void changedRequestsAreRankedOrRefusedInTheirDialect() throws IOException {
    Random random = new Random(6);
    Map<Integer, Integer> statuses = new TreeMap<>();
    List<String> paths = new ArrayList<>();
    OpenApiTest.postPaths().forEach(paths::add);
    for (int i = 0; i < 2_000; i++) {
      String path = paths.get(random.nextInt(paths.size()));
      JsonNode request = example(path, random).deepCopy();
      change(request, random);
      String json = request.toString().replace(HUGE, "1e99999999999");
      if (random.nextInt(10) == 0) {
        json = json.substring(0, random.nextInt(json.length()));
      }
      JsonNode reply = Api.post(path, json);
      int status = reply.path("statusCode").asInt();
      assertThat(status).as("%s %s: %s", path, json, reply).isIn(200, 400, 404, 422);
      statuses.merge(status, 1, Integer::sum);
    }
    assertThat(statuses).containsKeys(200, 400, 404, 422);
  }

  private static JsonNode example(String path, Random random) {
    JsonNode examples =
        Api.OPEN_API
            .path("paths")
            .path(path)
            .path("post")
            .path("requestBody")
            .path("content")
            .path("application/json")
            .path("examples");
    List<JsonNode> all = new ArrayList<>();
    examples.forEach(all::add);
    return OpenApiTest.value(all.get(random.nextInt(all.size())));
  }

  /** Goes down at random, and replaces, removes or adds there. */
  private static void change(JsonNode node, Random random) throws IOException {
    JsonNode value = MAPPER.readTree(VALUES[random.nextInt(VALUES.length)]);
    switch (node) {
      case ObjectNode object -> {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        String name = names.get(random.nextInt(names.size()));
        JsonNode child = object.path(name);
        if (child.isContainerNode() && !child.isEmpty() && random.nextBoolean()) {
          change(child, random);
        } else if (random.nextInt(5) == 0) {
          object.remove(name);
        } else if (random.nextInt(5) == 0) {
          object.set("x" + name, value);
        } else {
          object.set(name, value);
        }
      }
      case ArrayNode array -> {
        int index = random.nextInt(array.size());
        JsonNode child = array.path(index);
        if (child.isContainerNode() && !child.isEmpty() && random.nextBoolean()) {
          change(child, random);
        } else if (random.nextInt(4) == 0) {
          array.remove(index);
        } else {
          array.set(index, value);
        }
      }
      default -> throw new IllegalStateException("the examples are objects");
    }
  }
}
