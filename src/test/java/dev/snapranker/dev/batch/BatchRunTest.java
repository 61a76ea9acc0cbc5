package dev.snapranker.dev.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code batch} over a run and its collection. */
class BatchRunTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir private Path folder;

  @BeforeEach
  void writeACollection() throws IOException {
    Files.createDirectories(folder.resolve("c"));
    write(
        "c/corpus.jsonl",
        """
        {"_id": "d1", "title": "Kangaroos", "text": "They can leap nine metres."}
        {"_id": "d2", "title": "", "text": "Canberra is the capital of Australia."}
        {"_id": "d3", "title": "", "text": "Run git reset --soft HEAD~1 to undo the last commit."}
        {"_id": "empty", "title": "", "text": ""}
        """);
    write(
        "c/queries.jsonl",
        """
        {"_id": "q1", "text": "capital of Australia"}
        {"_id": "q2", "text": "how do I undo the last git commit"}
        {"_id": "q3", "text": "not in the run"}
        """);
    write(
        "first.run",
        """
        q2 Q0 d1 1 3 bm25
        q2 Q0 d3 2 2 bm25
        q2 Q0 d2 3 1 bm25
        q1 Q0 d3 1 5 bm25
        q1 Q0 empty 2 4 bm25
        q1 Q0 d2 3 4 bm25
        """);
  }

  @Test
  void aRunIsRerankedWithTheTextsOfItsCollection() throws IOException {
    Run run = rank("--top", "2");
    assertThat(run.exitCode).as(run.err).isZero();
    assertThat(run.out).contains("out/new.jsonl: 2 lines, 0 errors");
    assertThat(run.err)
        .contains("note: documents without a text: 1; they are not reranked")
        .contains("note: documents after the first 2 of their query (--top): 2; they are left out");
    assertThat(Files.readAllLines(folder.resolve("out/new.run")))
        .containsExactly(
            "q2 Q0 d3 1 2 snapranker", "q2 Q0 d1 2 1 snapranker", "q1 Q0 d3 1 1 snapranker");
    List<String> results = Files.readAllLines(folder.resolve("out/new.jsonl"));
    JsonNode first = MAPPER.readTree(results.getFirst());
    assertThat(first.path("query_id").asText()).isEqualTo("q2");
    assertThat(first.path("results").findValuesAsText("id")).containsExactly("d3", "d1");
  }

  @Test
  void theSameCommandFindsItDoneUntilAnInputChanges() throws IOException {
    assertThat(rank().exitCode).isZero();
    Map<String, String> before = files();
    assertThat(rank().err).contains("first.run is already done");
    assertThat(files()).isEqualTo(before);
    write(
        "c/corpus.jsonl",
        Files.readString(folder.resolve("c/corpus.jsonl")).replace("leap", "hop"));
    assertThat(rank().err)
        .contains("first.run starts from the beginning: input, options, model or");
    assertThat(rank("--top", "1").err).contains("first.run starts from the beginning");
  }

  @Test
  void aPackedRunGivesTheSame() throws IOException {
    assertThat(rank().exitCode).isZero();
    try (OutputStream file =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("packed.run.gz")))) {
      file.write(Files.readAllBytes(folder.resolve("first.run")));
    }
    Run run =
        run(
            "batch",
            "--collection",
            at("c"),
            "--run",
            at("packed.run.gz"),
            "--out",
            at("p/new.run"));
    assertThat(run.exitCode).as(run.err).isZero();
    for (String name : new String[] {"new.run", "new.jsonl"}) {
      assertThat(folder.resolve("p").resolve(name))
          .hasSameTextualContentAs(folder.resolve("out").resolve(name));
    }
  }

  @Test
  void shardsOfARunGiveTheSameAsTheRun() throws IOException {
    assertThat(rank().exitCode).isZero();
    Run cut =
        run(
            "batch",
            "--collection",
            at("c"),
            "--run",
            at("first.run"),
            "--shard-lines",
            "1",
            "--output",
            at("shards"));
    assertThat(cut.exitCode).as(cut.err).isZero();
    assertThat(cut.out.lines())
        .containsExactly(at("shards/part-0001.jsonl"), at("shards/part-0002.jsonl"));
    assertThat(run("batch", "--input", at("shards"), "--output", at("ranked"), "--trec").exitCode)
        .isZero();
    assertThat(
            Files.readString(folder.resolve("ranked/part-0001.run"))
                + Files.readString(folder.resolve("ranked/part-0002.run")))
        .isEqualTo(Files.readString(folder.resolve("out/new.run")));
  }

  @Test
  void aLongTextIsMarkedAsTruncated() throws IOException {
    String text = "word ".repeat(300_000);
    write("c/corpus.jsonl", "{\"_id\": \"d1\", \"text\": \"%s\"}\n".formatted(text));
    write("first.run", "q1 Q0 d1 1 3 bm25\n");
    Run run = rank();
    assertThat(run.exitCode).as(run.err).isZero();
    assertThat(Files.readString(folder.resolve("out/new.jsonl"))).contains("\"truncated\":true");
  }

  @Test
  void aLongTextIsNotCutWithinASurrogatePair() throws IOException {
    String start = "a".repeat(32_768) + "🏔";
    write("c/corpus.jsonl", "{\"_id\": \"d1\", \"text\": \"%s and more\"}\n".formatted(start));
    write("first.run", "q1 Q0 d1 1 3 bm25\n");
    String[] cut = {"batch", "--collection", at("c"), "--run", at("first.run"), "--split", "1"};
    Run run =
        run(Stream.concat(Stream.of(cut), Stream.of("--output", at("s"))).toArray(String[]::new));
    assertThat(run.exitCode).as(run.err).isZero();
    assertThat(Files.readString(folder.resolve("s/part-0001.jsonl"))).contains("\"" + start + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --collection c --out out/new.run                       | --run is missing; expected the run
          --run first.run --out out/new.run                      | --collection is missing
          --collection c --run first.run                         | --out is missing; expected the ranked
          --collection c --run first.run --out new.txt           | expected a name that ends in .run
          --collection c --run first.run --out s3://bucket/a/b.run | For S3, make shards: --shard-lines 5000 --output s3://bucket/a/
          --collection c --run first.run --out o.run --output out | --output is for shards of a run
          --collection c --run first.run --out o.run --input c   | --input and --run are both given
          --collection c --run first.run --out o.run --top 1001  | --top is 1001; expected 1..1000
          --collection c --run first.run --split 1               | --output is missing; expected where
          --collection c --run none --out out/new.run            | none does not exist, or is not a file
          --collection c --run first.run --out first.run         | output would overwrite the input
          --input c/corpus.jsonl --split 1 --shard-lines 1       | --split and --shard-lines are both
          --input c/corpus.jsonl --output out --skip-missing     | --run is missing; expected the run
          --input c/corpus.jsonl --output out --query-columns id,text | --run is missing; expected the run
          --output out                                           | --input is missing; expected a file
          --input= --output out                                  | --input is missing; expected a file
          --input c --output=                                    | --output is missing; expected a folder
          """)
  void optionsThatDoNotGoTogetherAreRefused(String options, String message) throws IOException {
    Map<String, String> before = files();
    List<String> arguments = new ArrayList<>(List.of("batch"));
    for (String each : options.split(" ", -1)) {
      arguments.add(each.matches("(c|first|out|new|none|o).*") ? at(each) : each);
    }
    Run run = run(arguments.toArray(String[]::new));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains(message);
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void noFileOfTheCollectionIsWrittenOver() throws IOException {
    Files.createLink(folder.resolve("linked.jsonl"), folder.resolve("c/queries.jsonl"));
    for (String out : new String[] {"c/corpus.run", "c/../c/queries.run", "linked.run"}) {
      Map<String, String> before = files();
      Run run = run("batch", "--collection", at("c"), "--run", at("first.run"), "--out", at(out));
      assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
      assertThat(run.err).contains("output would overwrite the input, " + at("c/"));
      assertThat(files()).isEqualTo(before);
    }
  }

  /**
   * Such as a pipe. Its digest could not be compared, so another corpus would count as the one that
   * is done.
   */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aCorpusThatIsNoFileIsRefused() {
    Run run = rank("--corpus", "/dev/null");
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains("/dev/null is no file that can be read twice; use a copy");
  }

  @Test
  void whatIsWrongIsFoundBeforeRankingBegins() throws IOException {
    write("first.run", "q1 Q0 d1 1 1 x\nq2 Q0 d1 1 1 x\nq1 Q0 d2 2 1 x\n");
    assertThat(rank().err)
        .contains("first.run, line 3: query q1 comes again after another one")
        .contains("sort -s -k1,1");
    write("first.run", "q1 Q0 d1 1 1 x\nq9 Q0 d9 1 1 x\n");
    assertThat(rank().err)
        .contains("queries.jsonl lacks 1 of the 2 queries that")
        .contains("for example q9; expected all");
    write("first.run", "q1 Q0 d1 1 1 x\nq2 Q0 d1 1 high x\n");
    assertThat(rank().err).contains("first.run, line 2: the score is 'high'");
    assertThat(folder.resolve("out/new.run")).doesNotExist();
    write("first.run", "q9 Q0 d1 1 1 x\nq1 Q0 d1 1 1 x\n");
    Run run = rank("--skip-missing");
    assertThat(run.exitCode).as(run.err).isZero();
    assertThat(folder.resolve("out/new.run")).hasContent("q1 Q0 d1 1 1 snapranker");
  }

  private Run rank(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "batch",
                "--collection",
                at("c"),
                "--run",
                at("first.run"),
                "--out",
                at("out/new.run")));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private String at(String place) {
    return folder + "/" + place;
  }

  private void write(String name, String content) throws IOException {
    Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8));
  }

  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (var tree = Files.walk(folder)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        files.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return files;
  }

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
    return new Run(exitCode, out.toString(), err.toString());
  }

  private record Run(int exitCode, String out, String err) {}
}
