package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import dev.snapranker.TinyBundle;
import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ten thousand candidates are all ranked, and each takes no more memory than one of a thousand. The
 * models are ones that score at once, so what is counted is everything else.
 */
@Timeout(300)
class ManyCandidatesTest {
  private static final int FEW = 1_000;
  private static final int MANY = 10_000;

  /** How much more a candidate of the large request may allocate: sorting takes more rounds. */
  private static final double MAX_GROWTH = 1.15;

  private static final JsonMapper MAPPER = new JsonMapper();

  private static RerankHandler handler;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    TinyBundle.write(folder.resolve("first"), "1");
    Path second = folder.resolve("second");
    TinyBundle.write(second, "1");
    Path manifest = second.resolve("reranker.json");
    Files.writeString(manifest, Files.readString(manifest).replace("\"tiny\"", "\"second\""));
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", folder.toString());
    environment.put("STAGES", "tiny");
    environment.put("MAX_CANDIDATES", Integer.toString(MANY));
    handler = new RerankHandler(Settings.from(environment));
  }

  @AfterAll
  static void stop() {
    handler.close();
  }

  /**
   * A request of a kind.
   *
   * @param path null for a direct invoke
   * @param body by number of candidates
   */
  record Kind(String name, @Nullable String path, IntFunction<String> body) {
    byte[] event(int candidates) {
      return AllocatedBytes.event(path, body.apply(candidates));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        nativeJson("texts alone", "", i -> "\"" + text(i) + "\""),
        nativeJson(
            "ids, scores and metadata, with their texts in the reply",
            "\"return_text\": true, ",
            i ->
                "{\"id\": \"d%d\", \"text\": \"%s\", \"score\": %d, \"metadata\": {\"n\": %d}}"
                    .formatted(i, text(i), i % 97, i)),
        nativeJson(
            "linear fusion",
            "\"fusion\": {\"method\": \"linear\"}, ",
            i -> "{\"text\": \"%s\", \"score\": %d}".formatted(text(i), i % 97)),
        nativeJson(
            "fusion of ranks", "\"fusion\": {\"method\": \"rrf\"}, ", i -> "\"" + text(i) + "\""),
        nativeJson(
            "passages, and the best ones explained",
            "\"explain\": true, \"passages\": {\"max_tokens\": 16, \"stride\": 8}, ",
            i -> "\"" + text(i) + "\""),
        nativeJson("copies of ten texts", "", i -> "\"" + text(i % 10) + "\""),
        nativeJson(
            "two stages",
            "\"stages\": [{\"model\": \"tiny\", \"keep\": 5000, \"margin\": 10},"
                + " {\"model\": \"second\"}], ",
            i -> "\"" + text(i) + "\""),
        nativeJson(
            "a target of the second stage",
            "\"stages\": [{\"model\": \"tiny\", \"keep\": 100, \"target_recall\": 0.999},"
                + " {\"model\": \"second\"}], ",
            i -> "\"" + text(i) + "\""),
        new Kind(
            "Cohere's",
            "/v2/rerank",
            n ->
                "{\"model\": \"rerank-v3.5\", \"query\": \"q\", \"documents\": ["
                    + each(n, i -> "\"" + text(i) + "\"")
                    + "]}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void aCandidateAmongTenThousandTakesNoMoreMemoryThanAmongAThousand(Kind kind) {
    byte[] small = kind.event(FEW);
    byte[] large = kind.event(MANY);
    AllocatedBytes allocatedByFew = ranking(FEW);
    allocatedByFew.of(small); // classes are loaded and buffers are there
    double few = (double) allocatedByFew.leastOf(small) / FEW;
    double many = (double) ranking(MANY).leastOf(large) / MANY;
    System.out.printf("%-60s %,8.0f and %,8.0f bytes a candidate%n", kind, few, many);
    assertThat(many).isLessThan(MAX_GROWTH * few);
  }

  private static AllocatedBytes ranking(int candidates) {
    return new AllocatedBytes(handler, reply -> assertThat(results(reply)).hasSize(candidates));
  }

  private static JsonNode results(byte[] reply) {
    try {
      JsonNode json = MAPPER.readTree(reply);
      return (json.has("body") ? MAPPER.readTree(json.path("body").asText()) : json)
          .path("results");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param options fields, each with a comma behind it
   */
  private static Kind nativeJson(String name, String options, IntFunction<String> candidate) {
    return new Kind(
        name,
        null,
        n -> "{\"query\": \"q\", " + options + "\"candidates\": [" + each(n, candidate) + "]}");
  }

  private static String each(int n, IntFunction<String> json) {
    return IntStream.range(0, n).mapToObj(json).collect(Collectors.joining(","));
  }

  /** Forty words, always of the same number of tokens. */
  private static String text(int i) {
    List<String> words =
        List.of(
            "river", "stone", "paper", "light", "green", "money", "north", "sugar", "table",
            "plant");
    return IntStream.range(0, 40)
        .mapToObj(place -> words.get((i / (int) Math.pow(10, place % 4) + place) % 10))
        .collect(Collectors.joining(" "));
  }
}
