package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.TinyBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
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
 * What a request allocates, on all threads, grows no faster than its bytes. The model is one that
 * scores at once, so what is counted is everything else.
 */
@Timeout(300)
class GrowthTest {
  private static final int GROWTH = 8;

  /** Growth of allocations that counts as linear. */
  private static final double MAX_GROWTH = 1.5 * GROWTH;

  /** The memory that any call allocates; smaller growth is not visible. */
  private static final long FIXED_BYTES = 500_000;

  private static final int MAX_BYTES_PER_BYTE = 600;

  private static final JsonMapper MAPPER = new JsonMapper();

  private static RerankHandler handler;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    TinyBundle.write(folder, "1");
    handler = new RerankHandler(TinyBundle.settings(folder));
  }

  @AfterAll
  static void stop() {
    handler.close();
  }

  /**
   * A request of a shape that once took too much memory.
   *
   * @param path null for a direct invoke
   * @param size of the smaller request
   * @param body by size
   */
  record Shape(String name, @Nullable String path, int size, IntFunction<String> body) {
    byte[] event(int size) {
      return AllocatedBytes.event(path, body.apply(size));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Shape> shapes() {
    return Stream.of(
        bedrock(
            "one long name above many numbers",
            8_000,
            n -> "{\"" + "k".repeat(n) + "\": [" + repeat("1", n / 2) + "]}"),
        bedrock(
            "many long names, one in the other",
            2_000,
            n ->
                ("{\"" + "k".repeat(n / 20) + "\": ").repeat(40)
                    + "["
                    + repeat("1", n / 2)
                    + "]"
                    + "}".repeat(40)),
        new Shape(
            "many documents just short enough",
            "/bedrock/rerank",
            100,
            n ->
                bedrock(
                    repeat(
                        source("{\"" + "k".repeat(250) + "\": [" + repeat("1", 120) + "]}"), n))),
        new Shape(
            "many pairs, each with a query of its own",
            "/score",
            100,
            n ->
                "{\"text_1\": ["
                    + numbered("\"query %d of many that ask for something\"", n)
                    + "], \"text_2\": ["
                    + numbered("\"text %d of many that answer something\"", n)
                    + "]}"),
        new Shape(
            "one rank field again and again",
            "/v1/rerank",
            5_000,
            n ->
                "{\"query\": \"q\", \"rank_fields\": ["
                    + repeat("\"title\"", n)
                    + "], \"documents\": ["
                    + repeat("{\"title\": \"" + "t".repeat(n) + "\"}", 5)
                    + "]}"),
        new Shape(
            "as many rank fields as there is room",
            "/v1/rerank",
            5_000,
            n ->
                "{\"query\": \"q\", \"rank_fields\": ["
                    + numbered("\"f%d\"", n)
                    + "], \"documents\": ["
                    + numbered("{\"f%d\": \"t\"}", Math.min(n / 50, 1000))
                    + "]}"),
        nativeJson(
            "deep metadata with long names",
            1_000,
            n ->
                "{\"text\": \"a\", \"metadata\": "
                    + ("{\"" + "k".repeat(n) + "\": ").repeat(50)
                    + "["
                    + repeat("\"x\"", 10 * n)
                    + "]"
                    + "}".repeat(50)
                    + "}"),
        nativeJson(
            "half of a pair behind deep names",
            1_000,
            n ->
                "{\"text\": \"a\", \"metadata\": "
                    + ("{\"" + "k".repeat(n) + "\": ").repeat(50)
                    + "["
                    + repeat("\"x\"", 10 * n)
                    + ", \"\\ud800\"]"
                    + "}".repeat(50)
                    + "}"),
        new Shape(
            "stages without end",
            null,
            5_000,
            n ->
                "{\"query\": \"q\", \"candidates\": [\"a\"], \"stages\": ["
                    + numbered("{\"model\": \"m%d\", \"keep\": 1}", n)
                    + "]}"),
        nativeJson("names that Java's maps take for one", 256, n -> clash(n, "Aa", "BB")),
        nativeJson("names that Jackson's table takes for one", 1_024, n -> clash(n, "aB", "b!")),
        new Shape(
            "a text without sentence ends",
            null,
            4_000,
            n ->
                "{\"query\": \"q\", \"passages\": {}, \"candidates\": [\""
                    + ".(".repeat(n / 2)
                    + "\"]}"),
        new Shape(
            "many path parameters, each of them twice in the one before",
            null,
            250,
            n ->
                "{\"httpMethod\": \"GET\", \"path\": \"/health\", \"requestContext\": {\"apiId\": \"a\"},"
                    + " \"resource\": \"/"
                    + numbered("{p%d}", n)
                    + "\", \"pathParameters\": {"
                    + IntStream.range(0, n)
                        .mapToObj(i -> "\"p%d\": \"{p%2$d}{p%2$d}\"".formatted(i, (i % 10) + 1))
                        .collect(Collectors.joining(","))
                    + "}}"),
        new Shape(
            "candidates without end",
            null,
            20_000,
            n -> "{\"query\": \"q\", \"candidates\": [" + repeat("\"\"", n) + "]}"),
        new Shape(
            "documents without end",
            "/v2/rerank",
            20_000,
            n ->
                "{\"model\": \"rerank-v3.5\", \"query\": \"q\", \"documents\": ["
                    + repeat("\"a\"", n)
                    + "]}"),
        new Shape(
            "texts without end",
            "/tei/rerank",
            20_000,
            n -> "{\"query\": \"q\", \"texts\": [" + repeat("\"a\"", n) + "]}"),
        new Shape(
            "a long list that requests share",
            null,
            100,
            n ->
                "{\"query\": \"q\", \"candidates\": ["
                    + repeat("\"a\"", n)
                    + "], \"requests\": ["
                    + repeat("{}", 20)
                    + "]}"),
        new Shape(
            "a long model name that requests share",
            null,
            20_000,
            n ->
                "{\"query\": \"q\", \"candidates\": [\"a\"], \"model\": \""
                    + "m".repeat(n)
                    + "\", \"requests\": ["
                    + repeat("{}", 32)
                    + "]}"),
        new Shape(
            "an unknown field with a long name",
            null,
            20_000,
            n -> "{\"query\": \"q\", \"" + "x".repeat(n) + "\": 1, \"candidates\": [\"a\"]}"),
        new Shape(
            "metadata that comes back from each request",
            null,
            15_000,
            n ->
                "{\"query\": \"q\", \"candidates\": [{\"text\": \"a\", \"metadata\": ["
                    + repeat("1", n)
                    + "]}], \"requests\": ["
                    + repeat("{}", 32)
                    + "]}"),
        new Shape(
            "a text that needs escapes",
            null,
            3_000,
            n ->
                "{\"query\": \"q\", \"return_text\": true, \"candidates\": [\"a"
                    + "\\u0001".repeat(n)
                    + "\"]}"),
        new Shape(
            "a model name for an alias",
            "/v2/rerank",
            20_000,
            n ->
                "{\"model\": \""
                    + "rerank-".repeat(n / 7)
                    + "\", \"query\": \"q\", \"documents\": [\"a\"]}"),
        new Shape("nothing but brackets", null, 20_000, n -> "[" + repeat("[]", n) + "]"),
        new Shape("a long number", null, 20_000, n -> "{\"query\": " + "1".repeat(n) + "}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void whatIsAllocatedGrowsNoFasterThanTheRequest(Shape shape) {
    byte[] small = shape.event(shape.size);
    byte[] large = shape.event(GROWTH * shape.size);
    assertThat((double) large.length / small.length).isLessThan(1.1 * GROWTH);
    AllocatedBytes allocated = new AllocatedBytes(handler, GrowthTest::checkStatus);
    allocated.of(small); // classes are loaded and buffers are there
    long few = allocated.leastOf(small);
    long many = allocated.leastOf(large);
    System.out.printf(
        "%-45s %,9d bytes %,12d allocated; %,9d bytes %,12d allocated (%.1f times)%n",
        shape, small.length, few, large.length, many, (double) many / few);
    assertThat(many)
        .isLessThan((long) (MAX_GROWTH * Math.max(few, FIXED_BYTES)))
        .isLessThan(FIXED_BYTES + (long) MAX_BYTES_PER_BYTE * large.length);
  }

  private static void checkStatus(byte[] reply) {
    try {
      assertThat(MAPPER.readTree(reply).path("statusCode").asInt(200))
          .isIn(200, 400, 404, 413, 422);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Shape nativeJson(String name, int size, IntFunction<String> candidate) {
    return new Shape(
        name, null, size, n -> "{\"query\": \"q\", \"candidates\": [" + candidate.apply(n) + "]}");
  }

  private static Shape bedrock(String name, int size, IntFunction<String> document) {
    return new Shape(name, "/bedrock/rerank", size, n -> bedrock(source(document.apply(n))));
  }

  private static String source(String document) {
    return "{\"type\": \"INLINE\", \"inlineDocumentSource\": {\"type\": \"JSON\", \"jsonDocument\": "
        + document
        + "}}";
  }

  private static String bedrock(String sources) {
    return "{\"queries\": [{\"type\": \"TEXT\", \"textQuery\": {\"text\": \"q\"}}], \"sources\": ["
        + sources
        + "], \"rerankingConfiguration\": {\"type\": \"BEDROCK_RERANKING_MODEL\","
        + " \"bedrockRerankingConfiguration\": {\"modelConfiguration\": {\"modelArn\":"
        + " \"amazon.rerank-v1:0\"}}}}";
  }

  private static String repeat(String element, int n) {
    return n == 0 ? "" : (element + ",").repeat(n - 1) + element;
  }

  private static String numbered(String format, int n) {
    return IntStream.range(0, n).mapToObj(format::formatted).collect(Collectors.joining(","));
  }

  /** Metadata with names that only differ in pairs of letters with the same hash value. */
  private static String clash(int n, String zero, String one) {
    List<String> pairs = List.of(zero, one);
    return IntStream.range(0, n)
        .mapToObj(i ->
            IntStream.range(0, 14)
                .mapToObj(bit -> pairs.get((i >> bit) & 1))
                .collect(Collectors.joining("", "\"", "\": 1")))
        .collect(Collectors.joining(",", "{\"text\": \"a\", \"metadata\": {", "}}"));
  }
}
