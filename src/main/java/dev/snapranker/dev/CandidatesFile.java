package dev.snapranker.dev;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.snapranker.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Candidates as JSON lines: each a string or an object {@code {id?, text, score?, metadata?}}. */
final class CandidatesFile {
  private static final JsonMapper MAPPER = new JsonMapper();

  private CandidatesFile() {}

  static ArrayNode read(Path file) {
    ArrayNode candidates = MAPPER.createArrayNode();
    List<String> lines = new String(InputFile.read(file), StandardCharsets.UTF_8).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        candidates.add(parse(lines.get(i), file, i + 1));
      }
    }
    return candidates;
  }

  private static JsonNode parse(String line, Path file, int number) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new UsageException(
          "%s, line %d is not JSON: %s; expected a string or an object with text"
              .formatted(file, number, StrictJson.fault(e)));
    }
  }
}
