package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every family and head that {@code model-layer} compiles, by a small random bundle of each,
 * against transformers' answers. Both are made by {@code python -m tests.bundles} in {@code
 * model-layer}.
 */
class FamiliesTest {
  private static final Path FAMILIES = Path.of("src", "test", "resources", "families");
  private static final JsonMapper MAPPER = new JsonMapper();

  static List<String> families() throws IOException {
    try (Stream<Path> folders = Files.list(FAMILIES)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void theFunctionGivesTheLogitsOfTransformers(String family) throws IOException {
    Path bundle = FAMILIES.resolve(family);
    RerankHandler handler = handler(bundle);

    List<String> lines = Files.readAllLines(bundle.resolve("reference.jsonl"));
    assertThat(lines).hasSizeGreaterThan(5);
    int readAtLoad = tokensReadAtLoad(bundle);
    for (String line : lines.subList(1, lines.size())) {
      JsonNode pair = MAPPER.readTree(line);
      if (pair.path("document").asText().isBlank()) {
        continue; // the function refuses it
      }
      JsonNode reply = reply(handler, pair);
      JsonNode result = reply.path("results").path(0);
      assertThat(result.path("score").asDouble())
          .as(line)
          .isEqualTo(pair.path("logit").asDouble(), within(1e-4));
      assertThat(reply.path("usage").path("tokens").asInt())
          .as(line)
          .isEqualTo(pair.path("tokens").asInt() - readAtLoad);
      assertThat(result.path("truncated").asBoolean())
          .as(line)
          .isEqualTo(pair.path("truncated").asBoolean());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "monot5", "mpnet-stock", "qwen3"})
  void aGraphInPartsGivesTheSameBits(String family) throws IOException {
    RerankHandler whole = handler(FAMILIES.resolve(family));
    RerankHandler parts = handler(FAMILIES.resolve(family + "-in-parts"));
    List<String> lines = Files.readAllLines(FAMILIES.resolve(family).resolve("reference.jsonl"));
    for (String line : lines.subList(1, lines.size())) {
      JsonNode pair = MAPPER.readTree(line);
      assertThat(reply(parts, pair).at("/results/0/score").doubleValue())
          .as(line)
          .isEqualTo(reply(whole, pair).at("/results/0/score").doubleValue());
    }
  }

  /** A decoder reads the template's first tokens once, not for each request. */
  private static int tokensReadAtLoad(Path bundle) throws IOException {
    JsonNode manifest = MAPPER.readTree(bundle.resolve("reranker.json").toFile());
    return manifest.has("decoder") ? manifest.at("/pair/before").size() : 0;
  }

  private static RerankHandler handler(Path bundle) {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", bundle.toString());
    return new RerankHandler(Settings.from(environment));
  }

  private static JsonNode reply(RerankHandler handler, JsonNode pair) throws IOException {
    ObjectNode request = MAPPER.createObjectNode().put("raw_scores", true);
    request.set("query", pair.path("query"));
    request.putArray("candidates").add(pair.path("document"));
    if (pair.has("instruction")) {
      request.set("instruction", pair.path("instruction"));
    }
    return Lambda.invoke(handler, request.toString());
  }
}
