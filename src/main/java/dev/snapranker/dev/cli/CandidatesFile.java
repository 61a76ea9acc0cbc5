package dev.snapranker.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads candidates from JSON lines. Each line is a string or an object {@code {id?, text, score?,
 * metadata?}}. Lines are read as strictly as a request, so that nothing is silently dropped or
 * changed.
 */
final class CandidatesFile {
  private static final JsonMapper MAPPER = new JsonMapper();

  private CandidatesFile() {}

  static ArrayNode read(Path file, StrictJson strictJson) {
    ArrayNode candidates = MAPPER.createArrayNode();
    // In Latin-1 each byte is a character, so that invalid UTF-8 can be reported with its line.
    List<String> lines =
        List.of(new String(InputFile.read(file), StandardCharsets.ISO_8859_1).split("\n", -1));
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        byte[] utf8 = lines.get(i).getBytes(StandardCharsets.ISO_8859_1);
        candidates.add(parse(utf8, strictJson, file + ", line " + (i + 1)));
      }
    }
    return candidates;
  }

  private static JsonNode parse(byte[] utf8, StrictJson strictJson, String place) {
    try {
      return strictJson.parse(utf8);
    } catch (RerankException e) {
      throw new UsageException(place + ": " + e.explanation());
    }
  }
}
