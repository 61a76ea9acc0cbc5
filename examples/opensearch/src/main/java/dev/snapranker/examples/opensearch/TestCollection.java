package dev.snapranker.examples.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * A test collection: {@code corpus.jsonl}, {@code queries.jsonl} and {@code qrels.tsv} in a folder,
 * each also as {@code .gz}.
 *
 * @param grades the grade of each judged document, by query and document
 */
record TestCollection(
    List<Document> documents,
    Map<String, String> queries,
    Map<String, Map<String, Integer>> grades) {
  private static final JsonMapper JSON = new JsonMapper();

  record Document(String id, String title, String text) {}

  static TestCollection read(Path folder) throws IOException {
    List<Document> documents = new ArrayList<>();
    for (String line : lines(folder, "corpus.jsonl")) {
      JsonNode document = JSON.readTree(line);
      documents.add(
          new Document(
              document.path("id").asText(),
              document.path("title").asText(),
              document.path("text").asText()));
    }
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (String line : lines(folder, "qrels.tsv")) {
      String[] columns = line.split("\t", -1);
      grades
          .computeIfAbsent(columns[0], _ -> new LinkedHashMap<>())
          .put(columns[1], Integer.valueOf(columns[2]));
    }
    Map<String, String> queries = new LinkedHashMap<>();
    for (String line : lines(folder, "queries.jsonl")) {
      JsonNode query = JSON.readTree(line);
      if (grades.containsKey(query.path("id").asText())) {
        queries.put(query.path("id").asText(), query.path("text").asText());
      }
    }
    return new TestCollection(documents, queries, grades);
  }

  private static List<String> lines(Path folder, String name) throws IOException {
    Path plain = folder.resolve(name);
    if (Files.exists(plain)) {
      return Files.readAllLines(plain);
    }
    try (InputStream gzip =
            new GZIPInputStream(Files.newInputStream(folder.resolve(name + ".gz")));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(gzip, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }
}
