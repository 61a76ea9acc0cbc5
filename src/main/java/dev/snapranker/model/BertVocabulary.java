package dev.snapranker.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What a {@code tokenizer.json} says that cuts words as BERT does.
 *
 * @param pieces the ids of all pieces; one that goes on with a word begins with {@link #CONTINUED}
 * @param unknown the id of a word that is not made of pieces
 * @param lowercase whether texts are lower-cased first
 * @param specialTokens whose text within a text is one token
 */
public record BertVocabulary(
    Map<String, Integer> pieces, int unknown, boolean lowercase, List<String> specialTokens) {
  public static final String CONTINUED = "##";
  public static final int MOST_WORD_CHARACTERS = 100;

  public BertVocabulary {
    pieces =
        Collections.unmodifiableMap(new HashMap<>(pieces)); // quicker to look up than Map.copyOf's
    specialTokens = List.copyOf(specialTokens);
  }

  /** Empty for any other tokenizer. */
  public static Optional<BertVocabulary> of(String tokenizerJson) {
    JsonNode json;
    try {
      json = BundleJson.MAPPER.readTree(tokenizerJson);
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(Manifest.TOKENIZER + " is not JSON: " + e.getMessage(), e);
    }
    if (!isBert(json)) {
      return Optional.empty();
    }
    Map<String, Integer> pieces = new HashMap<>();
    json.at("/model/vocab")
        .properties()
        .forEach(piece -> pieces.put(piece.getKey(), piece.getValue().intValue()));
    Integer unknown = pieces.get(json.at("/model/unk_token").asText());
    return Optional.ofNullable(unknown)
        .map(id ->
            new BertVocabulary(
                pieces,
                id,
                json.at("/normalizer/lowercase").booleanValue(),
                addedTokens(json).stream().map(token -> token.path("content").asText()).toList()));
  }

  private static boolean isBert(JsonNode json) {
    JsonNode model = json.path("model");
    JsonNode normalizer = json.path("normalizer");
    return model.path("type").asText().equals("WordPiece")
        && model.path("continuing_subword_prefix").asText().equals(CONTINUED)
        && model.path("max_input_chars_per_word").asInt() == MOST_WORD_CHARACTERS
        && normalizer.path("type").asText().equals("BertNormalizer")
        && normalizer.path("clean_text").asBoolean()
        && json.at("/pre_tokenizer/type").asText().equals("BertPreTokenizer")
        && addedTokens(json).stream().noneMatch(token -> token.path("normalized").asBoolean(true));
  }

  private static List<JsonNode> addedTokens(JsonNode json) {
    return StreamSupport.stream(json.path("added_tokens").spliterator(), false).toList();
  }
}
