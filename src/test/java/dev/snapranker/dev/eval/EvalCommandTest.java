package dev.snapranker.dev.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.collection.Hit;
import dev.snapranker.dev.fit.FusionExamples;
import dev.snapranker.model.FusionFile;
import dev.snapranker.model.FusionWeights;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class EvalCommandTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeACollection() throws IOException {
    gzip(
        "corpus.jsonl.gz",
        """
        {"id": "d1", "title": "Kangaroos", "text": "They can leap nine metres."}
        {"id": "d2", "title": "", "text": "Canberra is the capital of Australia."}
        {"id": "d3", "text": "Run git reset --soft HEAD~1 to undo the last commit."}
        """);
    write(
        "queries.jsonl",
        """
        {"id": "q1", "text": "capital of Australia"}
        {"id": "q2", "text": "how do I undo the last git commit"}
        {"id": "q3", "text": "not judged"}
        """);
    write("qrels.tsv", "q1\td2\t1\nq2\td3\t2\n");
    write(
        "first.run",
        """
        q1 Q0 d1 1 3.0 bm25
        q1 Q0 d2 2 2.5 bm25
        q1 Q0 d3 3 2.5 bm25
        q2 Q0 d1 1 9 bm25
        q2 Q0 d3 2 8 bm25
        q3 Q0 d1 1 1 bm25
        """);
  }

  @Test
  void bothRunsAreJudged() throws IOException {
    assertThat(eval("--json")).as(err.toString()).isEqualTo(ExitCode.RANKED);
    JsonNode line = new JsonMapper().readTree(out.toString());
    assertThat(line.path("queries").asInt()).isEqualTo(2);
    // trec_eval puts d3 before d2 in q1: equal scores, document ids descending.
    double before = (1 / 2.0 + Math.log(2) / Math.log(3)) / 2;
    assertThat(line.at("/nDCG@10/first_stage").asDouble()).isEqualTo(before);
    assertThat(line.at("/nDCG@10/reranked").asDouble()).isEqualTo(1);
    assertThat(line.at("/MRR@10/first_stage").asDouble()).isEqualTo((1.0 / 3 + 1.0 / 2) / 2);
    assertThat(line.at("/MRR@10/reranked").asDouble()).isEqualTo(1);
    assertThat(line.at("/Recall@10/reranked").asDouble()).isEqualTo(1);
    // Both queries gain; of the four ways to swap the runs' places, two differ as much.
    assertThat(line.at("/nDCG@10/p").asDouble()).isCloseTo(0.5, within(0.05));
  }

  @Test
  void theRerankedRunIsWrittenWholeAndReadsBack() {
    Path file = folder.resolve("reranked.run");
    assertThat(eval("--top", "2", "--out", file.toString())).isEqualTo(ExitCode.RANKED);
    assertThat(out.toString()).contains("nDCG@10").contains("2 queries");
    TrecRun run = TrecRun.read(file);
    assertThat(run.of("q2")).extracting(Hit::document).containsExactly("d3", "d1");
    // Below the reranked ones come the others, in the first stage's order.
    assertThat(run.of("q1")).hasSize(3);
    assertThat(run.of("q1").getLast().document()).isEqualTo("d2");
  }

  @Test
  void itSaysWhatItTook() throws IOException {
    assertThat(eval("--json", "--fusion", "linear:0.0", "--name", "bm25 again"))
        .as(err.toString())
        .isEqualTo(ExitCode.RANKED);
    JsonNode line = new JsonMapper().readTree(out.toString());
    assertThat(line.path("name").asText()).isEqualTo("bm25 again");
    assertThat(line.path("collection").asText()).isEqualTo(folder.getFileName().toString());
    assertThat(line.path("ms_per_query").asDouble()).isPositive();
    assertThat(line.path("p99_ms").asDouble()).isPositive();
    assertThat(line.path("tokens_per_query").asDouble()).isGreaterThan(20);
    assertThat(line.path("scored").asDouble()).isEqualTo(1);
    assertThat(line.path("early_exits").asDouble()).isZero();
    // The first stage alone counts; among equal scores the model decides: d2 comes before d3.
    assertThat(line.at("/nDCG@10/reranked").asDouble())
        .isCloseTo(1 / (Math.log(3) / Math.log(2)), within(1e-9));
  }

  @Test
  void aBudgetLeavesTheRestInTheFirstStagesOrder() throws IOException {
    assertThat(eval("--json", "--budget-ms", "1")).isEqualTo(ExitCode.RANKED);
    JsonNode line = new JsonMapper().readTree(out.toString());
    assertThat(line.path("name").asText()).isEqualTo("default 1 ms");
    assertThat(line.path("scored").isNumber()).isTrue();
    assertThat(line.path("scored").asDouble()).as("of five documents in 1 ms").isLessThan(1);
  }

  @Test
  void fusionIsFittedAndUsed() throws IOException {
    Path file = folder.resolve("weights.json");
    assertThat(command("fit-fusion", "--folds", "2", "--out", file.toString()))
        .as(err.toString())
        .isEqualTo(ExitCode.RANKED);
    assertThat(out.toString()).contains("2 queries, 2 folds").contains("learned fusion");
    FusionFile weights = FusionFile.read(file);
    assertThat(weights.model()).isNotEmpty();
    // Both relevant documents have the highest logit of their query.
    assertThat(weights.weights().logit()).isPositive();
    out.getBuffer().setLength(0);
    assertThat(eval("--json", "--fusion", "learned", "--fusion-file", file.toString()))
        .as(err.toString())
        .isEqualTo(ExitCode.RANKED);
    assertThat(new JsonMapper().readTree(out.toString()).at("/nDCG@10/reranked").asDouble())
        .isEqualTo(1);
    Files.writeString(file, Files.readString(file).replace(weights.revision(), "r0"));
    assertThat(eval("--fusion", "learned", "--fusion-file", file.toString()))
        .isEqualTo(ExitCode.NOT_STARTED);
    assertThat(err.toString())
        .contains(
            "of revision 'r0', which is not loaded; expected weights for '%s' of revision '%s' ("
                .formatted(weights.model(), weights.revision()));
  }

  @Test
  void fusionIsServedByTheFeaturesThatItIsFittedOn() throws IOException {
    Path file = folder.resolve("weights.json");
    assertThat(command("fit-fusion", "--folds", "2", "--out", file.toString()))
        .isEqualTo(ExitCode.RANKED);
    FusionWeights weights = new FusionWeights(-1, 0.7, 2, 0.5, -0.1); // each counts
    FusionFile fittedFile = FusionFile.read(file);
    Files.writeString(
        file, new FusionFile(fittedFile.model(), fittedFile.revision(), weights).json());
    JudgedRun judged =
        CommandLine.populateCommand(
            new JudgedRun(), "--collection", folder.toString(), "--run", folder + "/first.run");
    judged.read(new PrintWriter(err));
    List<Hit> hits = judged.posted("q1");
    Map<String, String> environment = CollectionReranker.environment(null);
    FusionExamples examples;
    try (CollectionReranker plain = judged.reranker(environment)) {
      examples = FusionExamples.of(plain, plain.rerank("q1", hits).json(), hits, Map.of());
    }
    environment.put("FUSION", "learned");
    environment.put("FUSION_FILE", file.toString());
    try (judged;
        CollectionReranker fused = judged.reranker(environment)) {
      JsonNode results = fused.rerank("q1", hits).json().path("results");
      double[] fitted = {
        weights.intercept(),
        weights.logit(),
        weights.firstStage(),
        weights.reciprocalRank(),
        weights.logLength()
      };
      assertThat(results.findValuesAsText("id")).isEqualTo(examples.ranked(fitted));
      for (JsonNode result : results) {
        double[] features = examples.features().get(result.path("index").asInt());
        double value = fitted[0];
        for (int i = 0; i < features.length; i++) {
          value += fitted[i + 1] * features[i];
        }
        assertThat(result.path("score").asDouble())
            .isCloseTo(1 / (1 + Math.exp(-value)), within(1e-6));
      }
    }
  }

  @Test
  void asManyFoldsAsQueriesAtMost() {
    assertThat(command("fit-fusion", "--folds", "3", "--out", folder.resolve("w").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--folds is 3; expected 2 to the number of judged");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          first.run     | q1 Q0 d1 1 bm25        | first.run, line 1: has 5 columns; expected TREC's
          first.run     | q1 Q0 d1 1 NaN bm25    | first.run, line 1: the score is 'NaN'; expected
          first.run     | q9 Q0 d1 1 1 bm25      | have no query in common
          qrels.tsv     | q1 d1                  | qrels.tsv, line 1: has 2 columns; expected query
          qrels.tsv     | q1 0 d1 high           | qrels.tsv, line 1: the grade is 'high'; expected
          queries.jsonl | {"id": 1}              | queries.jsonl, line 1: query 1 has no text
          queries.jsonl | {                      | queries.jsonl, line 1: is not JSON
          """)
  void whatIsWrongIsNamed(String file, String content, String message) throws IOException {
    write(file, content + "\n");
    assertThat(eval()).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(folder.resolve("corpus.jsonl.gz"));
    assertThat(eval()).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("has no corpus; expected corpus.jsonl, collection.tsv");
  }

  @Test
  void documentsThatTheCollectionLacksAreCounted() throws IOException {
    write("first.run", "q1 Q0 d1 1 3 x\nq1 Q0 d8 2 2 x\nq1 Q0 d9 3 1 x\nq2 Q0 d3 1 1 x\n");
    assertThat(eval()).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("lacks 2 of the 4 documents that")
        .contains("for example d8; expected all");
    Path file = folder.resolve("reranked.run");
    assertThat(eval("--skip-missing", "--out", file.toString())).isEqualTo(ExitCode.RANKED);
    assertThat(err.toString()).contains("for example d8; they are left out");
    assertThat(TrecRun.read(file).of("q1"))
        .as("they keep their order behind the reranked ones")
        .extracting(Hit::document)
        .containsExactly("d1", "d8", "d9");
  }

  @Test
  void whatIsNotJudgedOrHasNoTextIsCounted() throws IOException {
    gzip(
        "corpus.jsonl.gz",
        """
        {"id": "d1", "title": " ", "text": ""}
        {"id": "d2", "text": "Canberra is the capital of Australia."}
        {"id": "d3", "text": "Run git reset --soft HEAD~1 to undo the last commit."}
        """);
    write("qrels.tsv", "q1\td2\t1\nq2\td3\t2\nq7\td3\t1\n");
    assertThat(eval("--json")).as(err.toString()).isEqualTo(ExitCode.RANKED);
    assertThat(err.toString())
        .contains("note: documents without a text: 1; they are not reranked")
        .contains("note: queries of the run without judgements: 1 of 3; they are left out")
        .contains("note: judged queries that the run lacks: 1 of 3");
  }

  @Test
  void modelsAreComparedWithTheFirstOne() throws IOException {
    Path perQuery = folder.resolve("queries.jsonl.tsv");
    assertThat(eval("--model", "snap-base,snap-tiny", "--per-query", perQuery.toString()))
        .as(err.toString())
        .isEqualTo(ExitCode.RANKED);
    assertThat(out.toString().lines().map(line -> line.replaceAll("  .*", "")))
        .startsWith("2 queries of " + folder.getFileName() + ", up to 100 documents each", "")
        .contains("first stage", "snap-base", "snap-tiny");
    assertThat(out.toString()).contains("  against snap-base");
    assertThat(Files.readAllLines(perQuery))
        .hasSize(1 + 2 * 2 * 3)
        .startsWith(
            "query\tmodel\tmetric\tfirst_stage\treranked",
            "q1\tsnap-base\tnDCG@10\t0.5000\t1.0000");
    out.getBuffer().setLength(0);
    Path lines = folder.resolve("lines.jsonl");
    assertThat(eval("--model=snap-tiny", "--model=snap-base", "--json", "--per-query=" + lines))
        .isEqualTo(ExitCode.RANKED);
    assertThat(out.toString().lines().map(EvalCommandTest::json))
        .extracting(
            line -> line.path("name").asText(), line -> line.at("/nDCG@10/against/name").asText())
        .containsExactly(tuple("snap-tiny", ""), tuple("snap-base", "snap-tiny"));
    assertThat(json(Files.readAllLines(lines).getFirst()))
        .isEqualTo(
            json(
                """
                {"query": "q1", "model": "snap-tiny", "metric": "nDCG@10", "first_stage": 0.5,
                 "reranked": 1.0}
                """));
  }

  @ParameterizedTest
  @CsvSource({
    "--name, x, --name goes with one --model; there are 2",
    "--stages, snap-tiny, --stages goes with one --model",
    "--out, x.run, --out goes with one --model",
    "--model, snap-tiny, --model has a bundle twice",
    "--name, ' ', --name is blank; expected some text, which plot shows",
    "--name, '', --name is blank; expected some text, which plot shows"
  })
  void optionsThatDoNotGoTogetherAreRefused(String option, String value, String message) {
    assertThat(eval("--model", "snap-base,snap-tiny", option, value)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aWrongModelIsRefusedBeforeTheOthersRerank() throws IOException {
    write("first.run", "the run is not even read");
    assertThat(eval("--model", "snap-tiny,none")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .containsPattern(
            "--model is 'none'; expected a bundle in .*models \\('snap-base', 'snap-tiny'\\), or a bundle's folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "/"})
  void aFolderWithoutABundleIsNoModel(String model) throws IOException {
    write("first.run", "the run is not even read");
    assertThat(eval("--model", model)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--model is '" + model + "'; expected a bundle in ");
  }

  @Test
  void twoOutputsThatAreOneFileAreRefusedUnderAnyNames() throws IOException {
    Path file = folder.resolve("out");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    for (Path other : List.of(file, folder.resolve("./out"))) {
      assertOneFileIsRefused(file, other);
    }
    write("out", "");
    assertOneFileIsRefused(file, link);
  }

  private void assertOneFileIsRefused(Path out, Path perQuery) {
    err.getBuffer().setLength(0);
    assertThat(eval("--out=" + out, "--per-query=" + perQuery)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--out and --per-query are the same file; expected two");
  }

  private int eval(String... more) {
    return command("eval", more);
  }

  private int command(String name, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(name, "--collection", folder.toString()));
    arguments.addAll(List.of("--run", folder.resolve("first.run").toString()));
    arguments.addAll(Arrays.asList(more));
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return commandLine.execute(arguments.toArray(String[]::new));
  }

  private static JsonNode json(String line) {
    try {
      return new JsonMapper().readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private void gzip(String name, String content) throws IOException {
    try (OutputStream file = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      file.write(content.getBytes(StandardCharsets.UTF_8));
    }
  }
}
