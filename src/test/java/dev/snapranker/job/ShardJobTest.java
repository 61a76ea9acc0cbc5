package dev.snapranker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.TinyBundle;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.observe.Startup;
import dev.snapranker.store.FileStore;
import dev.snapranker.store.Place;
import dev.snapranker.store.StoreException;
import dev.snapranker.wire.dialect.LineJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shard jobs over files. */
@Timeout(60)
class ShardJobTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir private static Path bundle;
  private static Settings settings;
  private static Wiring wiring;

  @TempDir private Path folder;
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

  /** After how many lines the next run is killed. */
  private int endAfter = Integer.MAX_VALUE;

  /** At which line something happens, once, and what. */
  private long atLine = -1;

  private Runnable then = () -> {};

  @BeforeAll
  static void load() throws IOException {
    TinyBundle.write(bundle, "1");
    settings = TinyBundle.settings(bundle);
    wiring = Wiring.of(settings, new Startup());
  }

  @AfterAll
  static void close() {
    wiring.close();
  }

  @BeforeEach
  void clear() {
    notes.clear();
  }

  @Test
  void eachLineGetsItsResultsInOrder() throws IOException {
    Path input = write("in.jsonl", lines(50));
    ShardStatus outcome = run(input, "out", options());
    assertThat(outcome.done()).isTrue();
    assertThat(outcome.lines()).isEqualTo(50);
    assertThat(outcome.errors()).isZero();
    List<String> results = Files.readAllLines(folder.resolve("out/in.jsonl"));
    for (int i = 0; i < 50; i++) {
      JsonNode result = MAPPER.readTree(results.get(i));
      assertThat(result.path("line").asInt()).isEqualTo(i + 1);
      assertThat(result.path("query_id").asText()).isEqualTo("q" + i);
      assertThat(result.path("results").get(0).path("id").asText()).isEqualTo("long");
      assertThat(result.path("usage").path("candidates").asInt()).isEqualTo(2);
      assertThat(result.has("timings_ms")).isFalse();
    }
  }

  @Test
  void aBadLineIsAnErrorWithItsNumberAndNoFailure() throws IOException {
    Path input =
        write(
            "in.jsonl",
            line("q0")
                + "\n{\"query_id\": 7, \"query\": \" \", \"candidates\": [\"a\"]}\n"
                + "no json\n[]\n{\"query_id\": [], \"query\": \"q\", \"candidates\": [\"a\"]}\n"
                + "{\"query\": \"q\", \"candidates\": [\"a\"], \"budget_ms\": 5}\n"
                + "x".repeat(settings.limits().maxPayloadBytes() + 1)
                + "\n"
                + line("q7"));
    ShardStatus outcome = run(input, "out", options());
    assertThat(outcome.done()).isTrue();
    assertThat(outcome.errors()).isEqualTo(6);
    List<String> results = Files.readAllLines(folder.resolve("out/in.jsonl"));
    assertThat(results)
        .extracting(line -> MAPPER.readTree(line).path("error").path("code").asText("none"))
        .containsExactly(
            "none",
            "empty",
            "malformed_json",
            "wrong_type",
            "wrong_type",
            "unknown_field",
            "payload_too_large",
            "none");
    assertThat(results.get(1)).startsWith("{\"line\":2,\"query_id\":\"7\",\"error\":");
    assertThat(results.get(2)).contains("malformed JSON at column 1: ");
    assertThat(results.get(3)).contains("the request is an array; expected an object");
  }

  @Test
  void textThatIsNoUnicodeIsAnErrorThatKeepsTheQueryId() throws IOException {
    Path input =
        write(
            "in.jsonl", "{\"query_id\": \"q0\", \"query\": \"\\ud800\", \"candidates\": [\"a\"]}");
    assertThat(run(input, "out", options()).errors()).isEqualTo(1);
    assertThat(folder.resolve("out/in.jsonl"))
        .content()
        .startsWith("{\"line\":1,\"query_id\":\"q0\",\"error\":{\"code\":\"invalid_encoding\"");
  }

  @Test
  void optionsAreTheDefaultsOfLines() throws IOException {
    Path input =
        write(
            "in.jsonl",
            line("a") + "\n" + line("b").replace("\"query\"", "\"top_k\": 2, \"query\"") + "\n");
    run(input, "out", options().put("top_k", 1));
    assertThat(Files.readAllLines(folder.resolve("out/in.jsonl")))
        .extracting(line -> MAPPER.readTree(line).path("results").size())
        .containsExactly(1, 2);
  }

  @Test
  void aTrecRunIsWrittenBesideTheResults() throws IOException {
    Path input =
        write(
            "in.jsonl.gz",
            line("a") + "\n" + line("b c") + "\n" + line("x").replace("\"query_id\": \"x\", ", ""));
    ShardStatus outcome = runWith(input, jobOptions(options(), true, 10_000));
    assertThat(outcome.errors()).as("an id with a space").isEqualTo(1);
    assertThat(Files.readAllLines(folder.resolve("out/in.run")))
        .containsExactly(
            "a Q0 long 1 2 snapranker",
            "a Q0 short 2 1 snapranker",
            "3 Q0 long 1 2 snapranker",
            "3 Q0 short 2 1 snapranker");
  }

  @Test
  void aKilledRunContinuesWithoutLossOrRepetition() throws IOException {
    Path input = write("in.jsonl", lines(60));
    run(input, "whole", options());
    byte[] whole = Files.readAllBytes(folder.resolve("whole/in.jsonl"));
    for (int after : new int[] {1, 17, 59, 60}) {
      String out = "ended-" + after;
      endAfter = after;
      assertThatThrownBy(() -> run(input, out, options())).isInstanceOf(Ended.class);
      assertThat(folder.resolve(out + "/in.jsonl")).doesNotExist();
      endAfter = Integer.MAX_VALUE;
      notes.clear();
      ShardStatus outcome = run(input, out, options());
      if (after > 1) { // by then there is a checkpoint
        assertThat(notes).hasSize(1).first().asString().contains(" continues after line ");
      }
      assertThat(outcome.lines()).isEqualTo(60);
      assertThat(folder.resolve(out + "/in.jsonl")).hasBinaryContent(whole);
    }
  }

  @Test
  void aFunctionOutOfTimeReportsWhereItStopped() throws IOException {
    Path input = write("in.jsonl", lines(20));
    Deadline past = Deadline.inMillis(-1);
    ShardStatus stopped = runWith(input, jobOptions(options(), false, 1), time(past, past));
    assertThat(stopped.done()).isFalse();
    assertThat(stopped.lines()).isZero();
    assertThat(folder.resolve("out/in.jsonl")).doesNotExist();
    ShardStatus done = runWith(input, jobOptions(options(), false, 1));
    assertThat(done.done()).isTrue();
    assertThat(Files.readAllLines(folder.resolve("out/in.jsonl"))).hasSize(20);
  }

  @Test
  void aLineThatDoesNotFinishInTimeIsLeftForTheNextCall() throws IOException {
    Path input = write("in.jsonl", lines(20));
    Deadline past = Deadline.inMillis(-1);
    JobDeadlines late = time(Deadline.inMillis(60_000), past);
    assertThat(runWith(input, jobOptions(options(), false, 1), late).lines()).isZero();
    assertThat(runWith(input, jobOptions(options(), false, 1)).errors()).isZero();
  }

  @Test
  void finishedWorkIsNotRepeated() throws IOException {
    Path input = write("in.jsonl", lines(5));
    ShardStatus first = run(input, "out", options());
    Path results = folder.resolve("out/in.jsonl");
    assertThat(run(input, "out", options())).isEqualTo(first);
    assertThat(notes).containsExactly(input + " is already done");
    Files.delete(results);
    run(input, "out", options());
    assertThat(Files.readAllLines(results)).hasSize(5);
  }

  @Test
  void anInputOfTheSameSizeAndTimeButOtherContentIsNotDone() throws IOException {
    Path input = write("in.jsonl", line("a"));
    FileTime time = Files.getLastModifiedTime(input);
    run(input, "out", options());
    write("in.jsonl", line("b"));
    Files.setLastModifiedTime(input, time);
    run(input, "out", options());
    assertThat(folder.resolve("out/in.jsonl")).content().contains("\"query_id\":\"b\"");
  }

  @Test
  void anOutputThatIsNotTheJobsIsLeftAlone() throws IOException {
    Path input = write("in.jsonl", lines(5));
    Path results = Files.createDirectories(folder.resolve("out")).resolve("in.jsonl");
    Files.writeString(results, "mine");
    assertThatThrownBy(() -> run(input, "out", options()))
        .isInstanceOf(RerankException.class)
        .hasMessageContaining("out/in.jsonl already exists, and no checkpoint says");
    assertThat(results).hasContent("mine");
    Files.delete(results);
    run(input, "out", options());
    Files.writeString(results, "edited");
    assertThatThrownBy(() -> run(input, "out", options().put("top_k", 1)))
        .hasMessageContaining("out/in.jsonl was changed after this job wrote it");
    assertThat(results).hasContent("edited");
    Path run = folder.resolve("other/in.run");
    run(input, "other", options());
    Files.writeString(run, "a first stage's");
    assertThatThrownBy(() -> runWith(input, "other", jobOptions(options(), true, 1)))
        .hasMessageContaining("other/in.run already exists");
    assertThat(run).hasContent("a first stage's");
  }

  @Test
  void anObjectThatAppearsUnderAnOutputsNameIsLeftAlone() throws IOException {
    Path input = write("in.jsonl", lines(20));
    Path results = folder.resolve("out/in.jsonl");
    endAfter = 10;
    assertThatThrownBy(() -> run(input, "out", options())).isInstanceOf(Ended.class);
    Files.writeString(results, "mine");
    endAfter = Integer.MAX_VALUE;
    assertThatThrownBy(() -> run(input, "out", options()))
        .hasMessageContaining("out/in.jsonl already exists and does not belong to this job");
    assertThat(results).hasContent("mine");
    Files.delete(results);
    run(input, "out", options());

    endAfter = 10; // anew, over known results
    assertThatThrownBy(() -> run(input, "out", options().put("top_k", 1)))
        .isInstanceOf(Ended.class);
    endAfter = Integer.MAX_VALUE;
    String known = Files.readString(results);
    Files.writeString(results, "edited");
    assertThatThrownBy(() -> run(input, "out", options().put("top_k", 1)))
        .hasMessageContaining("out/in.jsonl was changed after this job wrote it");
    assertThat(results).hasContent("edited");
    Files.writeString(results, known);
    assertThat(run(input, "out", options().put("top_k", 1)).done()).isTrue();
    assertThat(results).content().isNotEqualTo(known);
  }

  @Test
  void aRunThatIsKilledAfterAnotherOvertookItContinues() throws IOException {
    Path input = write("in.jsonl", lines(20));
    atLine = 5;
    then =
        () -> {
          run(input, "out", options()); // from its start to its end
          endAfter = 10;
        };
    assertThatThrownBy(() -> run(input, "out", options())).isInstanceOf(Ended.class);
    endAfter = Integer.MAX_VALUE;
    assertThat(run(input, "out", options()).done()).isTrue();
  }

  @Test
  void anotherObjectUnderTheCheckpointsNameIsLeftAlone() throws IOException {
    Path input = write("in.jsonl", lines(5));
    Path checkpoint = Files.createDirectories(folder.resolve("out/.progress")).resolve("in.jsonl");
    for (String mine : new String[] {"mine", ""}) {
      Files.writeString(checkpoint, mine);
      assertThatThrownBy(() -> run(input, "out", options()))
          .isInstanceOf(RerankException.class)
          .hasMessageContaining("out/.progress/in.jsonl already exists and is not a checkpoint");
      assertThat(checkpoint).hasContent(mine);
    }
    Files.writeString(checkpoint, "snapranker-job-1 of an earlier layout");
    assertThat(run(input, "out", options()).done()).isTrue();
  }

  @Test
  void anInputOfTheSameNameIsRefusedWhereAnotherWasRankedOrBegun() throws IOException {
    Files.createDirectories(folder.resolve("monday"));
    Files.createDirectories(folder.resolve("tuesday"));
    Path monday = write("monday/in.jsonl", lines(20));
    Path tuesday = write("tuesday/in.jsonl", lines(20).replace("q1", "t1"));
    endAfter = 10;
    assertThatThrownBy(() -> run(monday, "out", options())).isInstanceOf(Ended.class);
    endAfter = Integer.MAX_VALUE;
    for (int done = 0; done < 2; done++) {
      assertThatThrownBy(() -> run(tuesday, "out", options()))
          .isInstanceOf(RerankException.class)
          .hasMessageContaining(
              "belongs to another input, %s, as its checkpoint %s says; choose another output, or move both away"
                  .formatted(
                      monday.toRealPath(), folder.toRealPath().resolve("out/.progress/in.jsonl")));
      run(monday, "out", options());
    }
    assertThat(folder.resolve("out/in.jsonl")).content().doesNotContain("t1");
    Files.delete(folder.resolve("out/in.jsonl"));
    Files.delete(folder.resolve("out/.progress/in.jsonl"));
    assertThat(run(tuesday, "out", options()).done()).isTrue();
  }

  @Test
  void outputsKeepThePathBelowThePrefix() {
    Place out = Place.parse("s3://bucket/out");
    Shard shard = Shard.below("in/", Place.parse("s3://bucket/in/a/p.jsonl.gz"), out, true);
    assertThat(shard.files())
        .extracting(Place::key)
        .containsExactly("out/a/p.jsonl", "out/a/p.run", "out/a/.progress/p.jsonl");
    // From within the folder, the same.
    Place below = Place.parse("s3://bucket/out/a/");
    assertThat(Shard.of(shard.input(), below, true)).isEqualTo(shard);
    assertThatThrownBy(() -> Shard.below("x/", shard.input(), out, true))
        .hasMessage("prefix is 'x/', but s3://bucket/in/a/p.jsonl.gz does not begin with it");
  }

  @Test
  void changingTrecStartsFromTheBeginningAndLeavesNoUpload() throws IOException {
    Path input = write("in.jsonl", largeLines(30));
    for (boolean trec : new boolean[] {true, false, true}) {
      endAfter = 25; // two parts are there
      assertThatThrownBy(() -> runWith(input, jobOptions(options(), trec, 1)))
          .isInstanceOf(Ended.class);
      assertThat(hidden("out")).as("this run's uploads alone").hasSize(trec ? 3 : 2);
    }
    endAfter = Integer.MAX_VALUE;
    runWith(input, jobOptions(options(), true, 1));
    runWith(input, jobOptions(options(), false, 1));
    runWith(input, jobOptions(options(), true, 1));
    assertThat(hidden("out")).containsExactly(".progress");
    assertThat(Files.readAllLines(folder.resolve("out/in.run"))).hasSize(60);
  }

  @Test
  void anUploadThatKilledRunsLeftIsRemovedByTheNext() throws IOException {
    Path input = write("in.jsonl", lines(5));
    Place results = shard(input, "out").results();
    String left = new FileStore().uploads().begin(results); // and no checkpoint that names it
    new FileStore().uploads().add(results, left, 1, new byte[10]);
    run(input, "out", options());
    assertThat(hidden("out")).containsExactly(".progress");
  }

  @Test
  void aLostUploadIsStartedAgain() throws IOException {
    Path input = write("in.jsonl", largeLines(30));
    run(input, "whole", options());
    atLine = 20; // when a part is there
    then = () -> new FileStore().uploads().discardLeftovers(shard(input, "out").results(), null);
    ShardStatus outcome = run(input, "out", options());
    assertThat(outcome.lines()).isEqualTo(30);
    assertThat(notes).anyMatch(note -> note.contains("starts over: the upload of"));
    assertThat(folder.resolve("out/in.jsonl"))
        .hasSameBinaryContentAs(folder.resolve("whole/in.jsonl"));
  }

  @Test
  void aRunThatAnotherOvertakesWritesTheSameBytes() throws IOException {
    Path input = write("in.jsonl", largeLines(30));
    run(input, "whole", options());
    for (int at : new int[] {1, 20, 30}) {
      String out = "out-" + at;
      atLine = at;
      then = () -> run(input, out, options()); // from its start to its end
      assertThat(run(input, out, options()).lines()).isEqualTo(30);
      assertThat(folder.resolve(out + "/in.jsonl"))
          .hasSameBinaryContentAs(folder.resolve("whole/in.jsonl"));
      notes.clear();
      run(input, out, options());
      assertThat(notes).containsExactly(input + " is already done");
      assertThat(hidden(out)).containsExactly(".progress");
    }
  }

  @Test
  void twoConcurrentRunsWriteTheSameBytes() throws Exception {
    Path input = write("in.jsonl", largeLines(30));
    run(input, "whole", options());
    for (int round = 0; round < 2; round++) {
      String out = "out-" + round;
      if (round == 1) { // both go on from one checkpoint, with one upload
        endAfter = 20;
        assertThatThrownBy(() -> run(input, out, options())).isInstanceOf(Ended.class);
        endAfter = Integer.MAX_VALUE;
      }
      try (ExecutorService runs = Executors.newFixedThreadPool(2)) {
        for (Future<ShardStatus> each :
            runs.invokeAll(
                Collections.<Callable<ShardStatus>>nCopies(2, () -> run(input, out, options())))) {
          assertThat(each.get().done()).isTrue();
        }
      }
      assertThat(folder.resolve(out + "/in.jsonl"))
          .hasSameBinaryContentAs(folder.resolve("whole/in.jsonl"));
      run(input, out, options());
      assertThat(hidden(out)).containsExactly(".progress");
    }
  }

  /** Each call has the same time, which is too short for any line. */
  @Test
  void aLineThatNeverFinishesInTimeIsAnErrorAndTheShardContinues() throws IOException {
    Path input = write("in.jsonl", lines(3));
    JobOptions often = jobOptions(options(), false, 1);
    int calls = 0;
    ShardStatus outcome;
    do {
      Deadline past = Deadline.inMillis(-1);
      outcome = runWith(input, often, time(Deadline.inMillis(60_000), past));
      calls++;
      assertThat(calls).isLessThan(10);
    } while (!outcome.done());
    assertThat(calls).as("two for each line").isLessThanOrEqualTo(6);
    assertThat(outcome.errors()).isEqualTo(3);
    assertThat(Files.readAllLines(folder.resolve("out/in.jsonl")).get(1))
        .startsWith("{\"line\":2,\"query_id\":\"q1\",\"error\":{\"code\":\"timed_out\"");
  }

  @Test
  void anInputThatCannotBeReadInTheTimeOfACallIsRefusedAndNotTriedForever() throws IOException {
    Path input = write("in.jsonl", "\n".repeat(30_000_000) + line("q"));
    JobOptions often = jobOptions(options(), false, 1);
    assertThatThrownBy(
            () -> {
              for (int call = 0; call < 100; call++) { // one without any time does not count
                Deadline soon = Deadline.inMillis(20);
                assertThat(runWith(input, often, time(soon, Deadline.never())).done()).isFalse();
              }
            })
        .isInstanceOf(RerankException.class)
        .hasMessageContaining("cannot be read up to line 1 in the time of a call; cut it");
    assertThat(runWith(input, often).lines()).isEqualTo(30_000_001);
  }

  @Test
  void anotherInputOtherOptionsOrAnotherModelStartFromTheBeginning(@TempDir Path other)
      throws IOException {
    Path input = write("in.jsonl", lines(5));
    run(input, "out", options());
    Path results = folder.resolve("out/in.jsonl");
    run(input, "out", options().put("top_k", 1));
    assertThat(MAPPER.readTree(Files.readAllLines(results).getFirst()).path("results")).hasSize(1);
    write("in.jsonl", lines(6));
    run(input, "out", options());
    assertThat(Files.readAllLines(results)).hasSize(6);
    TinyBundle.write(other, "2");
    notes.clear();
    try (Wiring second = Wiring.of(TinyBundle.settings(other), new Startup())) {
      job(second, jobOptions(options(), false, 1)).run(shard(input, "out"), unlimited());
    }
    assertThat(notes)
        .containsExactly(
            input + " starts from the beginning: input, options, model or program changed");
  }

  @Test
  void anInputOfNoLinesGivesAnEmptyOutput() throws IOException {
    Path input = write("in.jsonl", "");
    assertThat(run(input, "out", options()).done()).isTrue();
    assertThat(folder.resolve("out/in.jsonl")).isEmptyFile();
  }

  @Test
  void filesThatCannotBeReadAreNamed() throws IOException {
    assertThatThrownBy(() -> run(folder.resolve("none.jsonl"), "out", options()))
        .isInstanceOf(StoreException.class)
        .hasMessage(folder.resolve("none.jsonl") + " does not exist");
    Path packed = write("in.jsonl.gz", lines(3));
    byte[] bytes = Files.readAllBytes(packed);
    bytes[bytes.length / 2] ^= 1;
    Files.write(packed, bytes);
    assertThatThrownBy(() -> run(packed, "out", options()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("in.jsonl.gz is not complete gzip, after line ");
  }

  @Test
  void theInputIsNeverWrittenOver() {
    Place input = Place.parse("s3://bucket/a/part-1.jsonl");
    assertThatThrownBy(() -> Shard.of(input, Place.parse("s3://bucket/a/"), false))
        .isInstanceOf(RerankException.class)
        .hasMessage(
            "output would overwrite the input, s3://bucket/a/part-1.jsonl; choose another output");
  }

  @Test
  void largeOutputsAreMadeOfPartsAndLeaveNoneBehind() throws IOException {
    Path input = write("in.jsonl", largeLines(30));
    run(input, "out", options());
    assertThat(folder.resolve("out/in.jsonl"))
        .satisfies(file -> assertThat(Files.size(file)).isGreaterThan(12_000_000));
    assertThat(Files.readAllLines(folder.resolve("out/in.jsonl"))).hasSize(30);
    try (var left = Files.list(folder.resolve("out"))) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("in.jsonl", ".progress");
    }
    assertThat(folder.resolve("out/.progress/in.jsonl"))
        .satisfies(file -> assertThat(Files.size(file)).isLessThan(1000));
  }

  private ShardStatus run(Path input, String out, ObjectNode options) {
    return job(wiring, jobOptions(options, false, 1)).run(shard(input, out), unlimited());
  }

  private ShardStatus runWith(Path input, JobOptions options) {
    return runWith(input, options, unlimited());
  }

  private ShardStatus runWith(Path input, JobOptions options, JobDeadlines time) {
    return runWith(input, "out", options, time);
  }

  private ShardStatus runWith(Path input, String out, JobOptions options) {
    return runWith(input, out, options, unlimited());
  }

  private ShardStatus runWith(Path input, String out, JobOptions options, JobDeadlines time) {
    Shard shard =
        Shard.of(
            Place.parse(input.toString()),
            Place.parse(folder.resolve(out).toString()),
            options.trec());
    return job(wiring, options).run(shard, time);
  }

  private List<String> hidden(String out) throws IOException {
    try (var files = Files.list(folder.resolve(out))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("."))
          .toList();
    }
  }

  private ShardJob job(Wiring with, JobOptions options) {
    return new ShardJob(new FileStore(), with, settings, options, new Log());
  }

  private Shard shard(Path input, String out) {
    return Shard.of(
        Place.parse(input.toString()), Place.parse(folder.resolve(out).toString()), false);
  }

  private static JobDeadlines unlimited() {
    return JobDeadlines.unlimited();
  }

  private static JobDeadlines time(Deadline readUntil, Deadline rankUntil) {
    return new JobDeadlines(readUntil, rankUntil);
  }

  private static JobOptions jobOptions(ObjectNode lines, boolean trec, long checkpointMillis) {
    return new JobOptions(new LineJson(settings.limits(), lines), trec, checkpointMillis);
  }

  private static ObjectNode options() {
    return MAPPER.createObjectNode();
  }

  private static String line(String id) {
    return ("{\"query_id\": \"%s\", \"query\": \"word\", \"candidates\": [{\"id\": \"short\", \"text\":"
            + " \"word\"}, {\"id\": \"long\", \"text\": \"word word\"}]}")
        .formatted(id);
  }

  private static String lines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(line("q" + i)).append('\n');
    }
    return lines.toString();
  }

  private static String largeLines(int count) {
    StringBuilder large = new StringBuilder();
    for (int i = 0; i < count; i++) {
      large
          .append(line("q" + i).replace("\"long\"", "\"" + "l".repeat(400_000) + "\""))
          .append('\n');
    }
    return large.toString();
  }

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private final class Log implements JobLog {
    private int written;

    @Override
    public void lineDone(LineResult line, long inputBytes) {
      written++;
      if (written == endAfter) {
        throw new Ended();
      }
      if (line.number() == atLine) {
        atLine = -1;
        then.run();
      }
    }

    @Override
    public void note(String message) {
      notes.add(message);
    }

    @Override
    public void defect(long line, RuntimeException defect) {
      throw defect;
    }
  }

  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
