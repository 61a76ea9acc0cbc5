package dev.snapranker.dev.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.cli.TextFile;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.wire.json.JsonFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A test collection: documents, queries, and how relevant which document is to which query.
 *
 * @param documents text by id, the title before it
 * @param queries text by id
 * @param grades by query and document; a document that is not named is not relevant
 */
record TestCollection(
    Map<String, String> documents,
    Map<String, String> queries,
    Map<String, Map<String, Integer>> grades) {
  private static final JsonMapper MAPPER = new JsonMapper();

  /**
   * Reads {@code corpus.jsonl[.gz]} {id, title?, text}, {@code queries.jsonl} {id, text} and {@code
   * qrels.tsv} (query, document, grade).
   */
  static TestCollection read(Path directory) {
    Map<String, String> documents = new HashMap<>();
    Map<String, String> queries = new LinkedHashMap<>();
    Map<String, Map<String, Integer>> grades = new HashMap<>();
    json(find(directory, "corpus.jsonl"), (id, entry) -> documents.put(id, text(entry)));
    json(find(directory, "queries.jsonl"), (id, entry) -> queries.put(id, text(entry)));
    Path qrels = find(directory, "qrels.tsv");
    lines(
        qrels,
        (line, where) -> {
          String[] fields = line.split("\t", -1);
          if (fields.length != 3 || !fields[2].matches("-?\\d{1,9}")) {
            throw new UsageException(where + ": expected query, document and grade with tabs");
          }
          grades
              .computeIfAbsent(fields[0], _ -> new HashMap<>())
              .put(fields[1], Integer.parseInt(fields[2]));
        });
    return new TestCollection(documents, queries, grades);
  }

  /** Those that a collection may have. */
  static Stream<Path> files(Path directory) {
    return Stream.of("corpus.jsonl", "queries.jsonl", "qrels.tsv")
        .flatMap(name -> packedOrNot(directory, name));
  }

  private static Stream<Path> packedOrNot(Path directory, String name) {
    return Stream.of(directory.resolve(name), directory.resolve(name + ".gz"));
  }

  private static Path find(Path directory, String name) {
    return packedOrNot(directory, name)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () -> new UsageException(directory + " has no " + name + " or " + name + ".gz"));
  }

  private static void json(Path file, BiConsumer<String, JsonNode> use) {
    lines(
        file,
        (line, where) -> {
          JsonNode entry;
          try {
            entry = MAPPER.readTree(line);
          } catch (JsonProcessingException e) {
            throw new UsageException(where + " is no JSON: " + JsonFault.of(e));
          }
          if (!entry.path("id").isValueNode() || !entry.path("text").isTextual()) {
            throw new UsageException(where + ": expected an object with id and text");
          }
          use.accept(entry.path("id").asText(), entry);
        });
  }

  private static String text(JsonNode entry) {
    String title = entry.path("title").asText("").strip();
    String text = entry.path("text").textValue();
    return title.isEmpty() ? text : title + ". " + text;
  }

  private static void lines(Path file, BiConsumer<String, String> use) {
    try (BufferedReader lines = TextFile.open(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          use.accept(line, file + ", line " + number);
        }
      }
    } catch (IOException e) {
      throw new UsageException(file + " cannot be read: " + e.getMessage());
    }
  }
}
