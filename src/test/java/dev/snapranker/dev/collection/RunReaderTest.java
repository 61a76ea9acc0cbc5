package dev.snapranker.dev.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.dev.cli.UsageException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunReaderTest {
  @Test
  void trecsColumnsAreSeparatedByAnySpace() {
    assertThat(read("# by bm25\nq1 Q0 d1 1 2.5 my tag\n\nq1\tQ0\td2\t2\t1e-3\tx\n"))
        .containsExactly(
            new RunLine("q1", new Hit("d1", 2.5), null, null),
            new RunLine("q1", new Hit("d2", 0.001), null, null));
  }

  @Test
  void aRankOfMsMarcoCountsAsAScore() {
    assertThat(read("1124703\t8766037\t1\n1124703\t8021997\t2\n"))
        .extracting(RunLine::hit)
        .containsExactly(new Hit("8766037", -1), new Hit("8021997", -2));
  }

  @Test
  void top1000BringsItsTextsAndIsInTheOrderOfItsLines() {
    assertThat(read("188714\t1000052\tfoods to lower\tWatch portions: 1 2 3\n2\t3\tq\tp\n"))
        .containsExactly(
            new RunLine(
                "188714", new Hit("1000052", -1), "foods to lower", "Watch portions: 1 2 3"),
            new RunLine("2", new Hit("3", -2), "q", "p"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          q d                          | line 1: has 2 columns; expected TREC's query Q0 document rank
          q Q0 d 1 1 t;q Q0 d 1 1      | line 2: has 5 columns; expected query Q0 document rank score tag
          q Q0 d 1 one t               | line 1: the score is 'one'; expected a finite number
          q d 1;q e 0                  | line 2: expected query, document and rank, which is 1 or more
          q>d>text>passage;q>d>text    | line 2: has 3 columns; expected query, document, the query's
          ''                           | is empty; expected a run
          '#'                          | is empty; expected a run
          """)
  void malformedLinesAreNamed(String lines, String message) {
    assertThatThrownBy(() -> read(lines.replace(';', '\n').replace('>', '\t')))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("a.run")
        .hasMessageContaining(message);
  }

  @Test
  void aGroupedRunIsReadQueryByQuery() {
    try (GroupedRun run = grouped("b Q0 d1 1 1 x\nb Q0 d2 2 1 x\nb Q0 d3 3 7 x\na Q0 d1 1 1 x\n")) {
      assertThat(run.next())
          .isEqualTo(
              new QueryHits("b", List.of(new Hit("d3", 7), new Hit("d2", 1), new Hit("d1", 1))));
      assertThat(run.next()).isEqualTo(new QueryHits("a", List.of(new Hit("d1", 1))));
      assertThat(run.next()).isNull();
    }
  }

  @Test
  void aDocumentThatComesAgainIsRefused() {
    try (GroupedRun run = grouped("b Q0 d1 1 1 x\nb Q0 d2 2 1 x\nb Q0 d1 3 7 x\n")) {
      assertThatThrownBy(run::next)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("a.run, line 3: names document d1 for query b again");
    }
  }

  private static GroupedRun grouped(String content) {
    return new GroupedRun(reader(content));
  }

  private static RunReader reader(String content) {
    return RunReader.of(
        new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)), "a.run");
  }

  private static List<RunLine> read(String content) {
    List<RunLine> read = new ArrayList<>();
    try (RunReader lines = reader(content)) {
      for (RunLine line = lines.next(); line != null; line = lines.next()) {
        read.add(line);
      }
    }
    return read;
  }
}
