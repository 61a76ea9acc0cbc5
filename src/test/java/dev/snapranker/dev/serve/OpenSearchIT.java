package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.Thorough;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code examples/opensearch}: a real OpenSearch node finds the candidates, the function reranks
 * them. The node has a class path of its own, in a process of its own.
 */
@Timeout(600)
class OpenSearchIT {
  private static final Path EXAMPLE = Path.of("examples", "opensearch");
  private static final Path COLLECTION = EXAMPLE.resolve("collection");

  @TempDir Path temporary;

  @Test
  void theCollectionHasEveryDocumentAndQueryThatIsJudged() throws IOException {
    List<String> documents = ids("corpus.jsonl");
    List<String> queries = ids("queries.jsonl");
    assertThat(documents).hasSize(60).doesNotHaveDuplicates();
    assertThat(queries).hasSize(20).doesNotHaveDuplicates();
    List<String[]> judgements =
        Files.readAllLines(COLLECTION.resolve("qrels.tsv")).stream()
            .map(line -> line.split("\t", -1))
            .toList();
    assertThat(judgements)
        .allSatisfy(judgement -> {
          assertThat(queries).contains(judgement[0]);
          assertThat(documents).contains(judgement[1]);
          assertThat(Integer.parseInt(judgement[2])).isBetween(1, 2);
        });
    assertThat(judgements.stream().map(judgement -> judgement[0]).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(queries);
  }

  @Test
  @Thorough
  void rerankingWhatOpenSearchFoundIsBetterThanItsOwnOrder() throws Exception {
    Path out = temporary.resolve("out");
    Path log = temporary.resolve("log");
    Process example =
        new ProcessBuilder(
                EXAMPLE.resolve("run").toString(), COLLECTION.toString(), RunningServer.url())
            .redirectOutput(out.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      assertThat(example.waitFor()).as("%s", Files.readString(log)).isZero();
    } finally {
      example.destroyForcibly();
    }
    String printed = Files.readString(out);
    double bm25 = ndcg(printed, "BM25");
    assertThat(bm25).as(printed).isBetween(0.5, 0.7);
    assertThat(ndcg(printed, "reranked as OpenSearch asks")).as(printed).isGreaterThan(bm25 + 0.1);
    assertThat(ndcg(printed, "reranked and fused with BM25, weight 0\\.7"))
        .as(printed)
        .isGreaterThan(bm25 + 0.03);
  }

  private static double ndcg(String printed, String way) {
    Matcher line = Pattern.compile("(?m)^" + way + " +(0\\.\\d+)$").matcher(printed);
    assertThat(line.find()).as("%s in %s", way, printed).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private static List<String> ids(String name) throws IOException {
    JsonMapper json = new JsonMapper();
    return Files.readAllLines(COLLECTION.resolve(name)).stream()
        .map(line -> {
          try {
            return json.readTree(line).path("id").asText();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        })
        .toList();
  }
}
