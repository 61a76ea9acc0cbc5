package dev.snapranker.dev.fit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.model.Calibration;
import dev.snapranker.model.ModelLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CalibrateCommandTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String[] DOCUMENTS = {
    "Kangaroos can leap nine metres.",
    "Canberra is the capital of Australia.",
    "Run git reset --soft HEAD~1 to undo the last commit.",
    "Bananas are botanically berries."
  };
  private static final String[] QUERIES = {
    "how far does a kangaroo leap",
    "capital of Australia",
    "how do I undo the last git commit",
    "which fruit is a berry"
  };

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeACollection() throws IOException {
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    StringBuilder run = new StringBuilder();
    for (int i = 0; i < QUERIES.length; i++) {
      corpus.append("{\"id\": \"d%d\", \"text\": \"%s\"}\n".formatted(i, DOCUMENTS[i]));
      queries.append("{\"id\": \"q%d\", \"text\": \"%s\"}\n".formatted(i, QUERIES[i]));
      qrels.append("q%d\td%d\t1\n".formatted(i, i));
      for (int j = 0; j < DOCUMENTS.length; j++) {
        run.append("q%d Q0 d%d %d %d bm25\n".formatted(i, j, j + 1, 9 - j));
      }
    }
    Files.writeString(folder.resolve("corpus.jsonl"), corpus);
    Files.writeString(folder.resolve("queries.jsonl"), queries);
    Files.writeString(folder.resolve("qrels.tsv"), qrels);
    Files.writeString(folder.resolve("first.run"), run);
  }

  @Test
  void aBundleGetsItsCalibration() throws IOException {
    Path bundle = Files.createDirectory(folder.resolve("bundle"));
    try (Stream<Path> files = Files.list(DefaultBundle.directory())) {
      for (Path file : files.toList()) {
        Files.copy(file, bundle.resolve(file.getFileName()));
      }
    }
    assertThat(calibrate("--folds", "2", "--json", "--out", bundle.toString()))
        .as(err.toString())
        .isEqualTo(ExitCode.RANKED);
    JsonNode line = MAPPER.readTree(out.toString());
    assertThat(line.path("queries").asInt()).isEqualTo(4);
    assertThat(line.path("pairs").asInt()).isEqualTo(16);
    assertThat(line.path("relevant").asInt()).isEqualTo(4);
    assertThat(line.at("/before/log_loss").asDouble()).isPositive();
    assertThat(line.at("/cross_validated/expected_error").asDouble()).isStrictlyBetween(0.0, 0.5);
    assertThat(ModelLoader.load(bundle).manifest().calibration())
        .isEqualTo(
            new Calibration.Platt(
                line.at("/calibration/a").asDouble(), line.at("/calibration/b").asDouble()));
    // Nothing else of the manifest is another one, as it is written.
    String manifest = Files.readString(bundle.resolve("reranker.json"));
    String before = Files.readString(DefaultBundle.directory().resolve("reranker.json"));
    assertThat(manifest).startsWith(before.substring(0, before.lastIndexOf(']')));
  }

  @Test
  void aTableTellsBeforeAndAfter() throws IOException {
    Path file = folder.resolve("isotonic.json");
    assertThat(calibrate("--method", "isotonic", "--folds", "4", "--out", file.toString()))
        .as(err.toString())
        .isEqualTo(ExitCode.RANKED);
    assertThat(out.toString())
        .contains("4 queries, 16 pairs, 4 of them relevant; 4 folds")
        .contains("expected calibration error");
    assertThat(MAPPER.readTree(Files.readString(file)).path("type").asText()).isEqualTo("isotonic");
  }

  @Test
  void whatCannotBeFittedIsTold() {
    assertThat(calibrate("--method", "beta")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--method is 'beta'; expected platt or isotonic");
    assertThat(calibrate("--folds", "5")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--folds is 5; expected 2..4, the number of queries");
  }

  private int calibrate(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "calibrate",
                "--collection",
                folder.toString(),
                "--run",
                folder.resolve("first.run").toString()));
    arguments.addAll(Arrays.asList(more));
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return commandLine.execute(arguments.toArray(String[]::new));
  }
}
