package dev.snapranker.dev.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.Main;
import dev.snapranker.dev.collection.Hit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The sample's run is the one that its documentation says. */
class SampleTest {
  private static final Path SAMPLE = Path.of("events", "sample");
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
  private static final double K1 = 0.9;
  private static final double B = 0.4;
  private static final int MOST = 30;

  @Test
  void theRunIsBm25s() throws IOException {
    Map<String, List<String>> documents = words("corpus.jsonl");
    Map<String, List<String>> queries = words("queries.jsonl");
    assertThat(documents).hasSize(80);
    assertThat(queries).hasSize(20);
    StringBuilder run = new StringBuilder();
    queries.forEach((query, words) -> {
      List<Hit> hits = new ArrayList<>();
      documents.forEach((document, text) -> {
        double score = bm25(words, text, documents);
        if (score > 0) {
          hits.add(new Hit(document, Math.rint(score * 1e4) / 1e4));
        }
      });
      hits.sort(Hit.BEST_FIRST);
      for (int i = 0; i < Math.min(MOST, hits.size()); i++) {
        run.append(
            "%s Q0 %s %d %.4f bm25\n"
                .formatted(query, hits.get(i).document(), i + 1, hits.get(i).score()));
      }
    });
    assertThat(run.toString()).isEqualTo(Files.readString(SAMPLE.resolve("bm25.run")));
  }

  /** The models' figures may differ a little from processor to processor; BM25's do not. */
  @Test
  void theCommandOfThePagePrintsItsTable() throws IOException {
    String page = Files.readString(Path.of("docs", "evaluate.md"));
    Matcher command =
        Pattern.compile("^\\./snapranker (eval .*)\n```\n\n```\n((?:.+\n)+?)```", Pattern.MULTILINE)
            .matcher(page);
    assertThat(command.find()).isTrue();
    StringWriter out = new StringWriter();
    int exitCode =
        Main.commandLine().setOut(new PrintWriter(out)).execute(command.group(1).split(" ", -1));
    assertThat(exitCode).isZero();
    List<String> shown = command.group(2).lines().toList();
    List<String> printed = out.toString().lines().toList();
    assertThat(printed.subList(0, 3)).isEqualTo(shown.subList(0, 3));
    assertThat(rows(printed.subList(0, shown.size()))).isEqualTo(rows(shown));
  }

  private static List<String> rows(List<String> table) {
    return table.stream().map(row -> row.replaceAll("  +[+0-9].*", "")).toList();
  }

  /** Σ ln(1 + (N − n + 0.5) / (n + 0.5)) · tf / (tf + k1 (1 − b + b · length / mean length)). */
  private static double bm25(
      List<String> query, List<String> document, Map<String, List<String>> documents) {
    double meanLength = documents.values().stream().mapToInt(List::size).average().orElseThrow();
    double score = 0;
    for (String word : query) {
      long tf = document.stream().filter(word::equals).count();
      long n = documents.values().stream().filter(each -> each.contains(word)).count();
      double idf = Math.log(1 + (documents.size() - n + 0.5) / (n + 0.5));
      score += idf * tf / (tf + K1 * (1 - B + B * document.size() / meanLength));
    }
    return score;
  }

  private static Map<String, List<String>> words(String name) throws IOException {
    Map<String, List<String>> words = new LinkedHashMap<>();
    for (String line : Files.readAllLines(SAMPLE.resolve(name))) {
      JsonNode entry = new JsonMapper().readTree(line);
      String text = entry.path("text").asText().toLowerCase(Locale.ROOT);
      words.put(
          entry.path("_id").asText(),
          WORD.matcher(text).results().map(MatchResult::group).toList());
    }
    return words;
  }
}
