package dev.snapranker.dev.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.Lambda;
import dev.snapranker.Thorough;
import dev.snapranker.TinyBundle;
import dev.snapranker.api.RerankException;
import dev.snapranker.lambda.JobHandler;
import dev.snapranker.store.FaultyProxy;
import dev.snapranker.store.FaultyProxy.Fault;
import dev.snapranker.store.FaultyProxy.Moment;
import dev.snapranker.store.Place;
import dev.snapranker.store.S3ObjectStore;
import dev.snapranker.store.S3Server;
import dev.snapranker.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job function on a real S3 server, over a wire that breaks in every way: nothing is lost. */
@Timeout(300)
class JobFaultsIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int LINES = 60;
  private static final int TEXT_CHARS = 30_000; // one word of no known part: cheap to score
  private static final int LIMIT_MILLIS = 240_000;

  @TempDir private static Path folder;
  private static S3Server s3;
  private static FaultyProxy proxy;
  private static JobHandler handler;
  private static byte[] undisturbed;

  @BeforeAll
  static void start() throws Exception {
    TinyBundle.write(folder.resolve("tiny"), "1");
    handler = new JobHandler(TinyBundle.settings(folder.resolve("tiny")));
    s3 = S3Server.withBucket("jobs");
    proxy = new FaultyProxy(s3.address());
    S3Server.configure(proxy.address());
    byte[] lines = lines();
    s3.put("in/plain.jsonl", lines);
    s3.put("in/packed.jsonl.gz", gzip(lines));
    assertThat(run("plain.jsonl", "undisturbed").path("status").asText()).isEqualTo("done");
    undisturbed = s3.get("undisturbed/plain.jsonl");
    assertThat(undisturbed.length).as("more than two parts").isGreaterThan(11 << 20);
  }

  @AfterAll
  static void stop() {
    S3Server.forget();
    handler.close();
    proxy.close();
    s3.close();
  }

  @AfterEach
  void mend() {
    proxy.spoil(Fault.NONE, "", 0);
  }

  /** As in reality, S3 has done its work when its reply is lost. */
  @ParameterizedTest
  @CsvSource({
    "GET,  in/,       DROP,            9",
    "GET,  in/,       WRONG_BYTE,      1",
    "PUT,  out,       INTERNAL_ERROR,  3",
    "POST, out,       DROP_AT_ONCE,    2",
    "GET,  .progress, WRONG_BYTE,      1"
  })
  void nothingIsLost(String method, String place, Fault fault, int times) throws IOException {
    assertNothingIsLost(method, place, fault, times);
  }

  @Thorough
  @ParameterizedTest
  @CsvSource({
    "GET,  in/,       DROP_AT_ONCE,    3",
    "GET,  in/,       TRUNCATE,        9",
    "GET,  in/,       DELAY,           3",
    "GET,  in/,       STALL,           1",
    "GET,  in/,       INTERNAL_ERROR,  6",
    "GET,  in/,       SLOW_DOWN,       6",
    "PUT,  out,       DROP_AT_ONCE,    6",
    "PUT,  out,       DELAY,           3",
    "PUT,  out,       INTERNAL_ERROR,  6",
    "PUT,  out,       SLOW_DOWN,       6",
    "PUT,  out,       WRONG_BYTE_SENT, 3",
    "POST, out,       INTERNAL_ERROR,  3",
    "POST, out,       SLOW_DOWN,       3",
    "HEAD, out,       INTERNAL_ERROR,  2"
  })
  void nothingIsLostHoweverTheWireBreaks(String method, String place, Fault fault, int times)
      throws IOException {
    assertNothingIsLost(method, place, fault, times);
  }

  private static void assertNothingIsLost(String method, String place, Fault fault, int times)
      throws IOException {
    int happened = 0;
    for (String input : new String[] {"plain.jsonl", "packed.jsonl.gz"}) {
      String out =
          "out-%s-%s-%s-%d-%s"
              .formatted(fault, method, place.replaceAll("\\W", ""), times, input.charAt(1));
      if (place.equals(".progress")) {
        Lambda.TestContext brief = new Lambda.TestContext(0);
        assertThat(Lambda.invoke(handler, event(input, out), brief).path("status").asText())
            .isEqualTo("stopped");
      }
      proxy.spoil(fault, method, place, times);
      JsonNode reply = run(input, out);
      assertThat(proxy.left()).as("faults that did not happen").isLessThan(times);
      happened += times - proxy.left();
      assertThat(reply.path("status").asText()).isEqualTo("done");
      assertThat(reply.path("shards").get(0).path("errors").asInt()).isZero();
      byte[] results = s3.get(out + "/" + input.replaceAll("\\.gz$", ""));
      assertThat(results).as(out).isEqualTo(undisturbed);
    }
    System.out.printf(
        "%-5s %-10s %-15s %2d faults in 2 jobs, 0 of %d lines lost%n",
        method, place, fault, happened, 2 * LINES);
  }

  @Test
  void aCallThatNeverFinishesFailsAndTheNextOneWorks() throws IOException {
    proxy.spoil(Fault.INTERNAL_ERROR, "PUT", "out-never", 1_000_000);
    assertThatThrownBy(() -> run("plain.jsonl", "out-never"))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("s3://jobs/out-never/")
        .hasMessageContaining(" cannot be written, 8 times: ");
    mend();
    assertThat(run("plain.jsonl", "out-never").path("status").asText()).isEqualTo("done");
    assertThat(s3.get("out-never/plain.jsonl")).isEqualTo(undisturbed);
  }

  @Test
  void aDistributedMapsBatchIsDoneAndDoneAgainAtOnce() throws IOException {
    String event =
        """
        {"BatchInput": {"bucket": "jobs", "output": "s3://jobs/out-map/", "trec": true,
                        "options": {"top_k": 1}},
         "Items": [{"Key": "in/plain.jsonl", "Size": 1}, {"Key": "in/packed.jsonl.gz", "Size": 2}]}
        """;
    Lambda.TestContext context = new Lambda.TestContext(LIMIT_MILLIS);
    JsonNode reply = Lambda.invoke(handler, event.getBytes(StandardCharsets.UTF_8), context);
    assertThat(reply.path("status").asText()).isEqualTo("done");
    assertThat(reply.path("shards")).hasSize(2);
    assertThat(reply.path("shards").get(1).path("output").asText())
        .isEqualTo("s3://jobs/out-map/packed.jsonl");
    assertThat(s3.get("out-map/plain.run")).isEqualTo(s3.get("out-map/packed.run"));
    assertThat(s3.keys("out-map/"))
        .containsExactlyInAnyOrder(
            "out-map/.progress/packed.jsonl",
            "out-map/.progress/plain.jsonl",
            "out-map/packed.jsonl",
            "out-map/packed.run",
            "out-map/plain.jsonl",
            "out-map/plain.run");
    assertThat(context.log()).contains("done at line %d: ".formatted(LINES)).doesNotContain("word");
    assertThat(Lambda.invoke(handler, event.getBytes(StandardCharsets.UTF_8))).isEqualTo(reply);
  }

  @Test
  void outputsKeepTheirInputsPathsBelowThePrefix() throws IOException {
    byte[] lines = "{\"query\": \"q\", \"candidates\": [\"a\"]}\n".getBytes(StandardCharsets.UTF_8);
    s3.put("days/monday/part-0001.jsonl", lines);
    s3.put("days/tuesday/part-0001.jsonl", lines);
    String event =
        """
        {"BatchInput": {"bucket": "jobs", "prefix": "days/", "output": "s3://jobs/out-days/"},
         "Items": [{"Key": "days/monday/part-0001.jsonl"}, {"Key": "days/tuesday/part-0001.jsonl"}]}
        """;
    Lambda.invoke(handler, event.getBytes(StandardCharsets.UTF_8));
    assertThat(s3.keys("out-days/"))
        .containsExactlyInAnyOrder(
            "out-days/monday/.progress/part-0001.jsonl",
            "out-days/monday/part-0001.jsonl",
            "out-days/tuesday/.progress/part-0001.jsonl",
            "out-days/tuesday/part-0001.jsonl");

    String noPrefix = event.replace("\"prefix\": \"days/\", ", "");
    assertThatThrownBy(() -> Lambda.invoke(handler, noPrefix))
        .hasMessageContaining("two inputs would be written to s3://jobs/out-days/part-0001.jsonl");
    assertThatThrownBy(() -> Lambda.invoke(handler, event.replace("out-days", "days/out")))
        .isInstanceOf(RerankException.class)
        .hasMessageContaining("overlap");
  }

  @Test
  void aSecondInputOfOneNameIsRefusedAndTheFirstOnesResultsStay() throws IOException {
    byte[] lines = "{\"query\": \"q\", \"candidates\": [\"a\"]}\n".getBytes(StandardCharsets.UTF_8);
    s3.put("one/monday/part-0001.jsonl", lines);
    s3.put("one/tuesday/part-0001.jsonl", concat(lines, lines));
    String event =
        """
        {"BatchInput": {"bucket": "jobs", "output": "s3://jobs/out-one/", "trec": false,
                        "options": {}},
         "Items": [{"Key": "one/monday/part-0001.jsonl"}]}
        """;
    Lambda.invoke(handler, event.getBytes(StandardCharsets.UTF_8));
    byte[] results = s3.get("out-one/part-0001.jsonl");
    assertThatThrownBy(() -> Lambda.invoke(handler, event.replace("monday", "tuesday")))
        .isInstanceOf(RerankException.class)
        .hasMessageContaining("belongs to another input, s3://jobs/one/monday/part-0001.jsonl");
    assertThat(s3.get("out-one/part-0001.jsonl")).isEqualTo(results);
  }

  @Test
  void uploadsThatAKilledRunBeganAreRemoved() throws IOException {
    try (S3ObjectStore store = new S3ObjectStore()) {
      Place results = Place.parse("s3://jobs/out-left/plain.jsonl");
      store.uploads().begin(results); // and killed before its first checkpoint
      String other = store.uploads().begin(Place.parse("s3://jobs/out-left/plain.jsonl.mine"));
      run("plain.jsonl", "out-left");
      assertThat(s3.openUploads("out-left/")).as("the one that is another object's").isOne();
      store.uploads().discard(Place.parse("s3://jobs/out-left/plain.jsonl.mine"), other);
    }
  }

  @Test
  void aLostUploadLosesNoResults() throws IOException {
    try (S3ObjectStore store = new S3ObjectStore()) {
      Place results = Place.parse("s3://jobs/out-gone/plain.jsonl");
      AtomicBoolean discarded = new AtomicBoolean();
      proxy.interrupt(
          Moment.AFTER,
          "POST",
          "out-gone/plain.jsonl?uploads",
          1,
          () -> {
            store.uploads().discardLeftovers(results, null);
            discarded.set(true);
          });
      assertThat(run("plain.jsonl", "out-gone").path("status").asText()).isEqualTo("done");
      assertThat(discarded).isTrue();
      assertThat(s3.get("out-gone/plain.jsonl")).isEqualTo(undisturbed);
      assertThat(s3.openUploads("out-gone/")).isZero();
    }
  }

  /** No upload is discarded here: S3Mock then loses the other one of the same key, too. */
  @Test
  void twoConcurrentRunsLoseNothing() throws Exception {
    try (ExecutorService runs = Executors.newFixedThreadPool(2)) {
      List<Future<JsonNode>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        both.add(runs.submit(() -> run("plain.jsonl", "out-two")));
      }
      for (Future<JsonNode> each : both) {
        assertThat(each.get().path("status").asText()).isEqualTo("done");
      }
      assertThat(s3.get("out-two/plain.jsonl")).isEqualTo(undisturbed);
      assertThat(s3.openUploads("out-two/")).isZero();
    }
  }

  @Test
  void aFunctionOutOfTimeReportsWhereToContinue() throws IOException {
    JsonNode reply =
        Lambda.invoke(handler, event("plain.jsonl", "out-brief"), new Lambda.TestContext(0));
    assertThat(reply.path("status").asText()).isEqualTo("stopped");
    assertThat(reply.path("shards").get(0).path("next_line").asInt()).isEqualTo(1);
    assertThat(run("plain.jsonl", "out-brief").path("status").asText()).isEqualTo("done");
    assertThat(s3.get("out-brief/plain.jsonl")).isEqualTo(undisturbed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"input": "s3://jobs/in/plain.jsonl"} | output is missing; expected a string
          {"input": "file.jsonl", "output": "s3://jobs/x"} | input is 'file.jsonl'; expected s3://BUCKET/KEY
          {"input": 7, "output": "s3://jobs/x"} | input is of type number; expected a string
          {"input": "s3://jobs/a", "output": "s3://jobs/x", "trec": "yes"} | trec is of type string; expected true or false
          {"input": "s3://jobs/a", "output": "s3://jobs/x", "top_k": 1} | top_k is not a known field; expected input, output, trec, checkpoint_seconds, options
          {"input": "s3://jobs/a", "output": "s3://jobs/x", "options": {"topk": 1}} | topk is not a known field; did you mean 'top_k'?
          {"input": "s3://jobs/a", "output": "s3://jobs/x", "options": {"top_k": 0}} | top_k is 0; expected 1 or more
          {"input": "s3://jobs/a", "output": "s3://jobs/x", "options": {"budget_ms": 9}} | budget_ms is not allowed in jobs, whose results must not depend on time; leave it out
          {"input": "s3://jobs/in/plain.jsonl", "output": "s3://jobs/in"} | output would overwrite the input, s3://jobs/in/plain.jsonl; choose another output
          {"BatchInput": {"bucket": "jobs", "output": "s3://jobs/x"}, "Items": []} | Items is empty; expected at least one
          []                                      | the event is not an object; expected {input, output} or a batch of a Distributed Map
          """)
  void aWrongEventIsRefusedWithTheReason(String event, String message) {
    assertThatThrownBy(() -> Lambda.invoke(handler, event))
        .isInstanceOf(RerankException.class)
        .hasMessage(message);
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static JsonNode run(String input, String out) throws IOException {
    return Lambda.invoke(handler, event(input, out), new Lambda.TestContext(LIMIT_MILLIS));
  }

  private static byte[] event(String input, String out) throws IOException {
    ObjectNode event = MAPPER.createObjectNode();
    event.put("input", "s3://jobs/in/" + input);
    event.put("output", "s3://jobs/" + out + "/");
    event.put("checkpoint_seconds", 0.05);
    event.putObject("options").put("return_text", true);
    return MAPPER.writeValueAsBytes(event);
  }

  private static byte[] lines() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      ObjectNode line = MAPPER.createObjectNode();
      line.put("query_id", "q" + i).put("query", "word " + i);
      ArrayNode candidates = line.putArray("candidates");
      candidates.add("another word " + i);
      for (int j = 0; j < 7; j++) {
        candidates.add("word " + j + " " + "x".repeat(TEXT_CHARS));
      }
      lines.append(line).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }
}
