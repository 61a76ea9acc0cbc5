package dev.snapranker.dev.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class PlotCommandTest {
  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();

  @Test
  void theFrontIsWhoNoOtherBeatsInBoth() {
    ParetoFigure.Point quick = new ParetoFigure.Point("quick", 10, 0.5);
    ParetoFigure.Point worse = new ParetoFigure.Point("worse", 20, 0.4);
    ParetoFigure.Point good = new ParetoFigure.Point("good", 90, 0.6);
    ParetoFigure.Point late = new ParetoFigure.Point("late", 95, 0.6);
    assertThat(new ParetoFigure(List.of(good, late, worse, quick), 0.3, "c").front())
        .containsExactly(quick, good);
  }

  @Test
  void oneNameIsOnePoint() throws Exception {
    Path results =
        write(
            line("tiny <30>", "a", 10, 0.5)
                + line("tiny <30>", "b", 30, 0.7)
                + "\n"
                + line("large", "b", 200, 0.8)
                + line("large", "a", 100, 0.6));
    Path svg = folder.resolve("figure.svg");
    assertThat(plot(svg, results)).as(err.toString()).isEqualTo(ExitCode.RANKED);
    Document document =
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(svg.toFile());
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
    assertThat(Files.readString(svg))
        .contains(">tiny &lt;30></text>")
        .contains("time per query: a, b");
  }

  @Test
  void othersCollectionsAreTold() throws IOException {
    Path results = write(line("x", "a", 1, 0.5) + line("y", "b", 1, 0.5));
    assertThat(plot(folder.resolve("f.svg"), results)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("'y' has the collections [b], but another name has [a]; expected the same");
  }

  @Test
  void itsResultsAreNotWrittenOver() throws IOException {
    Path results = write(line("x", "a", 1, 0.5));
    String before = Files.readString(results);
    assertThat(plot(results, results)).isEqualTo(ExitCode.USAGE);
    assertThat(results).content().isEqualTo(before);
  }

  @Test
  void whatEvalDidNotPrintIsRefused() throws IOException {
    assertThat(plot(folder.resolve("f.svg"), write("{}"))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("expected lines that eval --json printed");
    assertThat(plot(folder.resolve("f.svg"), write("{"))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("is not JSON lines");
  }

  private int plot(Path svg, Path results) {
    return Main.commandLine()
        .setErr(new PrintWriter(err))
        .execute("plot", "--out", svg.toString(), results.toString());
  }

  private Path write(String lines) throws IOException {
    return Files.writeString(folder.resolve("results.jsonl"), lines);
  }

  private static String line(String name, String collection, double millis, double ndcg) {
    return """
    {"name": "%s", "collection": "%s", "ms_per_query": %s, "nDCG@10": {"first_stage": 0.3, "reranked": %s}}
    """
        .formatted(name, collection, millis, ndcg);
  }
}
