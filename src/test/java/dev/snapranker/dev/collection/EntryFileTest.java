package dev.snapranker.dev.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.dev.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntryFileTest {
  @TempDir private Path folder;

  @Test
  void aDocumentIsAnObjectUnderAnyFormatsNames() throws IOException {
    assertThat(
            documents(
                """
                {"id": 7, "title": " One ", "text": "own"}
                {"_id": "b", "title": "", "text": "BEIR", "metadata": {"text": "no"}}
                {"doc_id": "c", "text": "ir_datasets", "title": null}
                {"docid": "d", "url": "u", "title": "T", "headings": "h", "body": "MS MARCO v2"}
                {"pid": "e", "passage": "MS MARCO v2", "spans": "(1,2)", "docid": "d"}
                {"id": "f", "contents": "Anserini"}
                """))
        .containsExactly(
            new Entry("7", "One. own"),
            new Entry("b", "BEIR"),
            new Entry("c", "ir_datasets"),
            new Entry("d", "T. MS MARCO v2"),
            new Entry("e", "MS MARCO v2"),
            new Entry("f", "Anserini"));
  }

  @Test
  void columnsAreThoseOfMsMarcoOrOfAHeader() throws IOException {
    assertThat(documents("7\tone\n8\ttwo, \"quoted\n"))
        .containsExactly(new Entry("7", "one"), new Entry("8", "two, \"quoted"));
    assertThat(documents("D1\thttps://x.org\tTitle\tbody\nD2\t\t\tbody\n"))
        .containsExactly(new Entry("D1", "Title. body"), new Entry("D2", "body"));
    assertThat(documents("doc_id\ttext\ttitle\n7\tone\tT\n"))
        .containsExactly(new Entry("7", "T. one"));
  }

  @ParameterizedTest
  @CsvSource({"'[', ']', Document nesting depth (1001)", "1, 1, Number value length (2"})
  void aLimitOfTheJsonReaderIsReportedWithoutItsSetting(String open, String close, String what) {
    String line = "{\"id\": %s%s}%n".formatted(open.repeat(1000), close.repeat(1000));
    assertThatThrownBy(() -> documents(line))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(what)
        .hasMessageEndingWith("exceeds the maximum allowed (1000)");
  }

  @Test
  void theOptionNamesColumns() throws IOException {
    assertThat(read("7\tone\tT\tx\n", "id", "text", "title", "author"))
        .containsExactly(new Entry("7", "T. one"));
    assertThatThrownBy(() -> read("7\tone\n", "id", "author"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--corpus-columns is 'id,author'; expected the names of all columns");
  }

  @Test
  void topicsAreReadAsTracksWroteThem() throws IOException {
    String topics =
        """
        <top>
        <num> Number: 301
        <title> International Organized Crime
        <desc> Description:
        Identify organizations,
        and if x < 5.
        <narr> Narrative:
        Vague references are not relevant.
        </top>

        <TOP>
        <NUM>302</NUM><TITLE> Topic: Poliomyelitis
          and Post-Polio</TITLE><DESC>d</DESC>
        </TOP>
        <topics><topic number="1" type="faceted"><query>&quot;obama&quot; &amp; family &lt;3</query>
        <question>who</question></topic></topics>
        """;
    assertThat(queries(topics, TopicPart.title))
        .containsExactly(
            new Entry("301", "International Organized Crime"),
            new Entry("302", "Poliomyelitis and Post-Polio"),
            new Entry("1", "\"obama\" & family <3"));
    assertThat(queries(topics, TopicPart.desc))
        .extracting(Entry::text)
        .containsExactly("Identify organizations, and if x < 5.", "d", "who");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <top>;<num> 1;</top>           | line 3: topic 1 has no title; expected <title>
          <top>;<title> x;</top>         | line 3: the topic that ends here has no number; expected
          <top>;<num> 1;<title> x        | line 3: the file ends within a topic; expected </top>
          <top>;<num> 1 <title> x </top>;</top> | line 3: a topic ends that has no beginning
          {"_id": "1", "metadata": 1}    | line 1: query 1 has no text; expected an object with an id
          {"text": "x"}                  | line 1: expected an object with an id (_id, query_id
          {"_id": " ", "text": "x"}      | line 1: the id is blank; expected an id
          plain                          | line 1: expected a query as a JSON object, as TREC's <top>
          """)
  void malformedQueriesAreNamedWithTheirLine(String lines, String message) {
    assertThatThrownBy(() -> queries(lines.replace(';', '\n'), TopicPart.title))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1>a;2>b>c         | line 2: has 3 columns; expected 2 with tabs between them
          1>a>b             | line 1: has 3 columns; expected 2 (id, text), or 4 with a URL
          1>a>b>c           | line 1: has 4 columns; expected 2 (id, text), or 4 with a URL
          <DOC>;</DOC>      | line 1: expected a document as a JSON object, or as columns
          {"id": "1"};      | line 1: document 1 has no text
          {"id": "1", "title": 7, "text": "x"} | line 1: document 1 has a title that is not a string
          [1]               | line 1: expected a document
          """)
  void malformedDocumentsAreNamedWithTheirLine(String lines, String message) {
    assertThatThrownBy(() ->
            documents(lines.replace(';', '\n').replace('>', lines.startsWith("<") ? '>' : '\t')))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  private List<Entry> documents(String content) throws IOException {
    return read(content);
  }

  private List<Entry> read(String content, String... columns) throws IOException {
    return read(EntryFile.documents(file(content), List.of(columns)));
  }

  private List<Entry> queries(String content, TopicPart part) throws IOException {
    return read(EntryFile.queries(file(content), List.of(), part));
  }

  private static List<Entry> read(EntryFile file) {
    List<Entry> entries = new ArrayList<>();
    file.forEach(entries::add);
    return entries;
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("entries"), content);
  }
}
