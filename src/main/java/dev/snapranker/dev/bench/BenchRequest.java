package dev.snapranker.dev.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.cli.InputFile;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.wire.json.JsonFault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One request, in the forms that the contestants need.
 *
 * @param number its place in the file, from 0, blank lines not counted
 * @param json the handler's form
 */
record BenchRequest(int number, String json, String query, List<String> candidates) {
  private static final JsonMapper MAPPER = new JsonMapper();

  static List<BenchRequest> read(Path file) {
    List<String> lines =
        new String(InputFile.read(file), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    List<BenchRequest> requests =
        IntStream.range(0, lines.size()).mapToObj(i -> parse(i, lines.get(i), file)).toList();
    if (requests.isEmpty()) {
      throw new UsageException(file + " has no request");
    }
    return requests;
  }

  private static BenchRequest parse(int number, String line, Path file) {
    try {
      JsonNode request = MAPPER.readTree(line);
      List<String> texts = new ArrayList<>();
      for (JsonNode candidate : request.path("candidates")) {
        texts.add(candidate.isTextual() ? candidate.asText() : candidate.path("text").asText());
      }
      return new BenchRequest(number, line, request.path("query").asText(), List.copyOf(texts));
    } catch (JsonProcessingException e) {
      throw new UsageException(file + " is not JSON lines: " + JsonFault.of(e));
    }
  }

  /** The same request in another form for the handler. */
  BenchRequest withJson(String other) {
    return new BenchRequest(number, other, query, candidates);
  }
}
