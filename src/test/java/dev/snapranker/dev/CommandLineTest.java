package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.dev.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
  private static final Set<Class<?>> NUMBERS =
      Set.of(int.class, Integer.class, long.class, Long.class, double.class, Double.class);

  @TempDir Path folder;

  @Test
  void invokePrintsTheReply() {
    Run run = run("invoke", "events/direct.json");
    assertThat(run.exitCode).isZero();
    assertThat(run.out).contains("\"rank\" : 1").contains("\"page\" : 7");
  }

  @Test
  void aRefusedEventExitsWith4() {
    for (String event : new String[] {"400-wrong_type", "405-method_not_allowed-http"}) {
      Run run = run("invoke", "events/bad/" + event + ".json");
      assertThat(run.exitCode).isEqualTo(ExitCode.REFUSED);
      assertThat(run.out).contains("\"statusCode\" : " + event.substring(0, 3));
    }
  }

  @Test
  void rankPrintsATable() throws IOException {
    Path candidates = folder.resolve("candidates.jsonl");
    Files.writeString(
        candidates,
        """
        "Kangaroos can leap nine metres."

        {"id": "canberra", "text": "Canberra is the capital of Australia.\\n\\u001b[31mIt has a lake and more words than fit."}
        {"id": "vegemite", "text": "Vegemite is a spread."}
        """);
    Run run =
        run(
            "rank",
            "--query",
            "capital of Australia",
            "--candidates",
            candidates.toString(),
            "--top",
            "2");
    assertThat(run.err).isEmpty();
    assertThat(run.exitCode).isZero();
    assertThat(run.out.lines()).hasSize(3).first().isEqualTo("rank   score  id        text");
    assertThat(run.out.lines().toList().get(1))
        .matches(
            "   1  0\\.9\\d{3}  canberra  Canberra is the capital of Australia.  \\[31mIt has a lake an…");
  }

  @Test
  void idsAreCleanedAndCutAsTextsAre() throws IOException {
    Path candidates = folder.resolve("candidates.jsonl");
    Files.writeString(
        candidates,
        """
        {"id": "\\u001b[2J\\nX", "text": "a"}
        {"id": "%s", "text": "b"}
        """
            .formatted("y".repeat(1000)));
    Run run = run("rank", "--query", "q", "--candidates", candidates.toString());
    assertThat(run.out.lines()).hasSize(3).allMatch(line -> line.length() < 100);
    assertThat(run.out).contains(" [2J X ").contains(" " + "y".repeat(59) + "… ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"text":                              | malformed JSON at column 9: Unexpected end-of-input
          {"id": "x", "text": "a"} {"text": "b"} | malformed JSON at column 26: expected one JSON value, but another one follows it
          "a" garbage                           | malformed JSON at column
          {"text": "a", "text": "b"}            | Duplicate field 'text'
          "\\ud800"                            | line 3: the value has half of a surrogate pair at character 0
          {"\\u001b[2J": 1, "\\u001b[2J": 2}   | Duplicate field ' [2J'
          "caf\u00e9"                           | invalid UTF-8 at byte 4
          """)
  void aBadLineIsReportedWithItsNumber(String line, String problem) throws IOException {
    Path candidates = folder.resolve("candidates.jsonl");
    Files.writeString(candidates, "\"fine\"\n\n" + line + "\n", StandardCharsets.ISO_8859_1);
    Run run = run("rank", "--query", "q", "--candidates", candidates.toString());
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains("candidates.jsonl, line 3: ").contains(problem);
  }

  @Test
  void aByteOrderMarkAndCarriageReturnsArePassedOver() throws IOException {
    Path candidates = folder.resolve("candidates.jsonl");
    Files.writeString(candidates, "\uFEFF\"a\"\r\n\"é\"\r\n");
    Run run = run("rank", "--query", "q", "--candidates", candidates.toString());
    assertThat(run.err).isEmpty();
    assertThat(run.out.lines()).hasSize(3).anyMatch(line -> line.endsWith("  é"));
  }

  @Test
  void anInstructionIsSentToTheModel() throws IOException {
    Path candidates = folder.resolve("candidates.jsonl");
    Files.writeString(candidates, "\"a\"\n");
    Run run =
        run("rank", "--query", "q", "--candidates", candidates.toString(), "--instruction", "x");
    assertThat(run.exitCode).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err).contains("instruction is set, but '").contains("' takes no instruction");
  }

  @Test
  void whatTheHandlerRefusesIsSaid() throws IOException {
    Path candidates = folder.resolve("candidates.jsonl");
    Files.writeString(candidates, "{\"txt\": \"a\"}\n");
    Run run = run("rank", "--query", "q", "--candidates", candidates.toString());
    assertThat(run.exitCode).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err).contains("candidates[0].txt is not a known field; did you mean 'text'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "batch --top x | Invalid value for option '--top': 'x'; expected a whole number in 1..2147483647",
        "rank --top 2147483648 | '2147483648'; expected a whole number in 1..2147483647",
        "batch --checkpoint-seconds -1 | option '--checkpoint-seconds': '-1'; expected a number in 0.001..600",
        "eval --budget-ms 900001 | '900001'; expected a whole number in 0..900000",
        "serve --port 70000 | '70000'; expected a whole number in 0..65535",
        "serve --fan-out -1 | '-1'; expected a whole number in 0..64",
        "bench --fan-out 65 | '65'; expected a whole number in 0..64",
        "bench --warmup -1 | '-1'; expected a whole number in 0..2147483647",
        "lambda --memory 127 | '127'; expected a whole number in 128..10240",
        "lambda --timeout 901 | '901'; expected a whole number in 1..900",
        "fit-fusion --folds 1 | '1'; expected a whole number in 2..2147483647",
        "batch --run s3://b/k | s3://b/k is in S3; expected a file or a folder",
        "rank --query q | Missing required option: '--candidates=",
        "serve --prot 1 | Unknown options: '--prot', '1'",
      })
  void aWrongOptionIsTheLastThingThatIsRead(String line, String problem) {
    Run run = run(line.split(" "));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).startsWith("snapranker: ").contains(problem);
    assertThat(run.err.lines().count()).isLessThan(5);
    String command = line.substring(0, line.indexOf(' '));
    assertThat(run.err)
        .endsWith(
            "'./snapranker %s --help' shows all options, with examples.%n".formatted(command));
  }

  @Test
  void withoutACommandTheListIsShown() {
    for (String[] arguments : new String[][] {{}, {"rnak"}}) {
      Run run = run(arguments);
      assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
      assertThat(run.err).contains("Usage: snapranker").contains("\nsnapranker: ");
    }
  }

  @Test
  void aMissingFileIsUsage() {
    Run run = run("invoke", "no-such-file.json");
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains("no-such-file.json: no such file").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "eval --run, s3://bucket/bm25.run",
    "eval --run bm25.run --out, s3://bucket/new.run",
    "eval --run bm25.run --per-query, s3://bucket/queries.tsv",
    "batch --run, s3://bucket/bm25.run",
    "batch --collection, s3://bucket/scifact",
    "bench --requests, s3://bucket/requests.jsonl",
    "rank --query q --candidates, s3://bucket/candidates.jsonl",
  })
  void aPlaceInS3IsNoFileOfThisMachine(String options, String place) {
    Run run = run((options + " " + place).split(" ", -1));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err)
        .contains(place + " is in S3; expected a file or a folder on this machine; copy it first");
  }

  @Test
  void anEmptyNameIsNoFile() {
    Run run = run("eval", "--collection", "events/sample", "--run", "");
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err)
        .contains("--run")
        .contains("the name is empty; expected a file or a folder");
  }

  /** Each option of each command that is a number. */
  static Stream<Arguments> numbers() {
    return Main.commandLine().getSubcommands().entrySet().stream()
        .flatMap(command ->
            command.getValue().getCommandSpec().options().stream()
                .filter(option -> NUMBERS.contains(option.type()))
                .map(option -> Arguments.of(command.getKey(), option.longestName())));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void whatIsNoNumberOrOutOfRangeIsRefusedWithTheRange(String command, String option) {
    for (String wrong : new String[] {"x", "", "-1", "NaN", "99999999999999999999"}) {
      Run run = run(command, option, wrong);
      assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
      assertThat(run.err)
          .startsWith(
              "snapranker: Invalid value for option '%s': '%s'; expected a "
                  .formatted(option, wrong))
          .containsPattern(" number in [0-9.]+[.][.][0-9]+\\R");
    }
  }

  @Test
  void theOptionsThatAreNumbersAreFound() {
    assertThat(numbers().map(each -> each.get()[1]))
        .contains("--top", "--port", "--checkpoint-seconds", "--shard-lines", "--budget-ms");
  }

  @Test
  void noCommandIsUsage() {
    assertThat(run().exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run("rnak").err).contains("rank");
  }

  @ParameterizedTest
  @ValueSource(strings = {"invoke", "rank", "serve", "bench", "batch"})
  void everyCommandHasHelp(String command) {
    Run run = run(command, "--help");
    assertThat(run.exitCode).isZero();
    assertThat(run.out).contains("Usage: snapranker " + command).contains("Exit codes:");
  }

  @Test
  void benchMeasures() throws IOException {
    Path requests = folder.resolve("requests.jsonl");
    Files.writeString(requests, "{\"query\": \"q\", \"candidates\": [\"a\", {\"text\": \"b\"}]}\n");
    Run run = run("bench", "--requests", requests.toString(), "--rounds", "2", "--warmup", "1");
    assertThat(run.err).isEmpty();
    assertThat(run.out)
        .startsWith("1 request, 2 candidates, 10 tokens; 1 warm-up and 2 counted rounds")
        .containsPattern("snapranker +\\d");
  }

  @Test
  void benchComparesBudgets() throws IOException {
    Path requests = folder.resolve("requests.jsonl");
    Files.writeString(requests, "{\"query\": \"q\", \"candidates\": [\"a\", {\"text\": \"b\"}]}\n");
    Run run =
        run("bench", "--requests", requests.toString(), "--rounds", "2", "--budget", "5000,75%");
    assertThat(run.err).isEmpty();
    assertThat(run.out).containsPattern("5000 ms .* 100 % +100 %").containsPattern("75 % .* 100 %");
    assertThat(run("bench", "--budget", "0").err)
        .contains(
            "'0' is not a budget; expected 1..999999 milliseconds, such as 50, or a share, such as 30%");
  }

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = commandLine.execute(args);
    return new Run(exitCode, out.toString(), err.toString());
  }

  private record Run(int exitCode, String out, String err) {}
}
