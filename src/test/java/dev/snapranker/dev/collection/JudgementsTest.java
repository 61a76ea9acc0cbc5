package dev.snapranker.dev.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.dev.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgementsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "q1\td1\t1\nq1\td 2\t-1\nq2\td1\t0\n",
        "q1\t0\td1\t1\nq1\t0\td 2\t-1\nq2\t0\td1\t0\n",
        "query-id\tcorpus-id\tscore\nq1\td1\t1.0\nq1\td 2\t-1\nq2\td1\t0\n",
        "query_id\titeration\tdoc_id\trelevance\nq1\t0\td1\t1\nq1\t0\td 2\t-1\nq2\t0\td1\t0\n",
        "# of a track\nq1\td1\t1\nq1\td 2\t-1\nq1\td1\t1\n\nq2\td1\t0\n",
        """
        {"query_id": "q1", "doc_id": "d1", "relevance": 1, "iteration": "0"}
        {"query-id": "q1", "corpus-id": "d 2", "score": -1}
        {"query_id": "q2", "doc_id": "d1", "relevance": 0}
        """
      })
  void allFormsSayTheSame(String content) throws IOException {
    assertThat(read(content).grades())
        .isEqualTo(Map.of("q1", Map.of("d1", 1, "d 2", -1), "q2", Map.of("d1", 0)));
  }

  @Test
  void anySpaceSeparatesTrecsColumns() throws IOException {
    assertThat(read("301 0  FBIS3-10082\t1 \n 301 Q0 FBIS3-10169 0\n").of("301"))
        .isEqualTo(Map.of("FBIS3-10082", 1, "FBIS3-10169", 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          q 0 d 1;q 0 d    | line 2: has 3 columns; expected 4, as in the first line
          q 0 d 1;q 0 d 2  | line 2: document d has the grade 2 for query q, and the grade 1
          q 0 d x          | line 1: the grade is 'x'; expected a whole number
          q 0 d 1.5        | line 1: the grade is '1.5'; expected a whole number
          q d              | line 1: has 2 columns; expected query, document and grade
          {"query_id": 1}  | line 1: expected an object with a query (query_id
          {                | line 1: is not JSON
          query-id;        | line 1: has 1 column; expected query, document and grade
          query-id corpus-id score; | qrels has no judgement; expected lines of query, document and grade
          '# q 0 d 1;'     | qrels has no judgement; expected lines of query, document and grade
          """)
  void malformedLinesAreNamed(String lines, String message) {
    assertThatThrownBy(() -> read(lines.replace(';', '\n')))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  private Judgements read(String content) throws IOException {
    return Judgements.read(Files.writeString(folder.resolve("qrels"), content));
  }
}
