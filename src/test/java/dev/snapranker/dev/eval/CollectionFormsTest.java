package dev.snapranker.dev.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample collection in each form that people have gives the same figures. */
class CollectionFormsTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Path SAMPLE = Path.of("events", "sample");
  private static final Path RUN = SAMPLE.resolve("bm25.run");

  @TempDir private Path folder;

  private Map<String, String> documents;
  private Map<String, String> queries;
  private List<String[]> qrels; // query, document, grade
  private JsonNode expected;

  @BeforeEach
  void readTheSample() throws IOException {
    documents = texts("corpus.jsonl");
    queries = texts("queries.jsonl");
    qrels =
        Files.readAllLines(SAMPLE.resolve("qrels/test.tsv")).stream()
            .skip(1)
            .map(line -> line.split("\t"))
            .toList();
    expected = eval("--collection", SAMPLE.toString(), "--run", RUN.toString());
  }

  private static Map<String, String> texts(String name) throws IOException {
    Map<String, String> texts = new HashMap<>();
    for (String line : Files.readAllLines(SAMPLE.resolve(name))) {
      JsonNode entry = MAPPER.readTree(line);
      texts.put(entry.path("_id").asText(), entry.path("text").asText());
    }
    return texts;
  }

  @Test
  void theSampleGains() {
    assertThat(expected.path("queries").asInt()).isEqualTo(20);
    assertThat(expected.at("/nDCG@10/reranked").asDouble())
        .isGreaterThan(expected.at("/nDCG@10/first_stage").asDouble() + 0.1);
  }

  @Test
  void topicsAndFourColumns() throws IOException {
    write(
        "topics.sample.txt",
        "\ufeff"
            + lines(
                    queries,
                    """
                    <top>

                    <num> Number: %s
                    <title> %s

                    <desc> Description:
                    Something else.
                    </top>

                    """)
                .replace("\n", "\r\n"));
    write("qrels.sample.txt", judgements("%s 0 %s %s\n") + "rainbow 0 not-there -2\n");
    gzip("docs.jsonl.gz", lines(documents, "{\"id\": \"%s\", \"contents\": \"%s\"}\n"));
    gzip("first.run.gz", Files.readString(RUN));
    assertThat(eval("--collection", folder.toString(), "--run", folder + "/first.run.gz"))
        .isEqualTo(expected);
  }

  @Test
  void msMarcoPassages() throws IOException {
    write("collection.tsv", lines(documents, "%s\t%s\n"));
    write("queries.dev.small.tsv", lines(queries, "%s\t%s\n"));
    write("queries.train.tsv", "1\tanother\n");
    write("qrels.dev.small.tsv", judgements("%s\t0\t%s\t%s\n"));
    write("qrels.train.tsv", "1\t0\t2\t1\n");
    write("run.tsv", run(fields -> "%s\t%s\t%s\n".formatted(fields[0], fields[2], fields[3])));
    assertThat(eval("--collection=" + folder, "--split=dev.small", "--run=" + folder + "/run.tsv"))
        .isEqualTo(expected);
    write(
        "top1000.dev",
        run(fields ->
            "%s\t%s\t%s\t%s\n"
                .formatted(
                    fields[0], fields[2], queries.get(fields[0]), documents.get(fields[2]))));
    assertThat(
            eval("--qrels=" + folder + "/qrels.dev.small.tsv", "--run=" + folder + "/top1000.dev"))
        .as("the texts come along with the run")
        .isEqualTo(expected);
  }

  @Test
  void msMarcoDocuments() throws IOException {
    gzip("msmarco-docs.tsv.gz", lines(documents, "%s\thttp://example.org\t\t%s\n"));
    write("queries.tsv", lines(queries, "%s\t%s\n"));
    write("qrels.tsv", judgements("%s\t%s\t%s\n"));
    assertThat(eval("--collection", folder.toString(), "--run", RUN.toString()))
        .isEqualTo(expected);
  }

  @Test
  void exportsOfIrDatasets() throws IOException {
    write(
        "d.tsv",
        documents.entrySet().stream()
            .map(e -> "%s\t%s\t\n".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining()));
    write(
        "q.jsonl",
        lines(queries, "{\"query_id\": \"%s\", \"title\": \"%s\", \"description\": \"\"}\n"));
    write("r.txt", judgements("%s Q0 %s %s\n"));
    assertThat(
            eval(
                "--corpus=" + folder + "/d.tsv",
                "--corpus-columns=id,text,title",
                "--queries=" + folder + "/q.jsonl",
                "--qrels=" + folder + "/r.txt",
                "--run=" + RUN))
        .isEqualTo(expected);
  }

  /** The metrics alone. */
  private static JsonNode eval(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("eval", "--json", "--model", "snap-tiny"));
    all.addAll(List.of(arguments));
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    assertThat(exitCode).as(err.toString()).isEqualTo(ExitCode.RANKED);
    try {
      return MAPPER
          .createObjectNode()
          .setAll(
              MAPPER.readTree(out.toString()).properties().stream()
                  .filter(field -> field.getKey().contains("@") || field.getKey().equals("queries"))
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String lines(Map<String, String> texts, String format) {
    return texts.entrySet().stream()
        .map(each -> format.formatted(each.getKey(), each.getValue()))
        .collect(Collectors.joining());
  }

  private String judgements(String format) {
    return qrels.stream().map(format::formatted).collect(Collectors.joining());
  }

  private static String run(Function<String[], String> line) throws IOException {
    return Files.readAllLines(RUN).stream()
        .map(each -> line.apply(each.split(" ")))
        .collect(Collectors.joining());
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
