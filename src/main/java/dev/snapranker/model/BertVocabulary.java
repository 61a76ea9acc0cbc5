package dev.snapranker.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary of a {@code tokenizer.json} that cuts words as BERT does.
 *
 * @param starts the ids of the pieces that begin a word
 * @param continuations the ids of the pieces that continue a word, by their text without ##
 * @param unknown the id of a word that cannot be cut into pieces
 * @param lowercase whether texts are lower-cased first
 * @param specialTokens texts that become one token wherever they occur
 */
public record BertVocabulary(
    Map<String, Integer> starts,
    Map<String, Integer> continuations,
    int unknown,
    boolean lowercase,
    List<String> specialTokens) {
  public static final int MAX_WORD_CHARACTERS = 100;

  private static final String CONTINUED = "##";
  private static final int EXPECTED_PIECES = 50_000;

  /** The names are tens of thousands of pieces that occur once, so a table of names costs only. */
  private static final JsonFactory PARSERS =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private static final ObjectReader PARTS =
      BundleJson.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  public BertVocabulary {
    // Views, because immutable copies slow down the cold start and are slower to look up.
    starts = Collections.unmodifiableMap(starts);
    continuations = Collections.unmodifiableMap(continuations);
    specialTokens = List.copyOf(specialTokens);
  }

  /** Reads the vocabulary; empty if the tokenizer is not BERT's. */
  public static Optional<BertVocabulary> of(String tokenizerJson) {
    ObjectNode described = BundleJson.MAPPER.createObjectNode(); // all but the vocabulary
    Map<String, Integer> starts = HashMap.newHashMap(EXPECTED_PIECES);
    Map<String, Integer> continuations = HashMap.newHashMap(EXPECTED_PIECES / 4);
    try (JsonParser parser = PARSERS.createParser(tokenizerJson)) {
      parser.setCodec(PARTS);
      read(parser, described, starts, continuations);
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(Manifest.TOKENIZER + " " + JsonProblem.malformed(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string in memory does not fail
    }
    @Nullable Integer unknown = starts.get(described.at("/model/unk_token").asText());
    if (unknown == null || !isBert(described)) {
      return Optional.empty();
    }
    return Optional.of(
        new BertVocabulary(
            starts,
            continuations,
            unknown,
            described.at("/normalizer/lowercase").booleanValue(),
            addedTokens(described).stream().map(token -> token.path("content").asText()).toList()));
  }

  private static void read(
      JsonParser parser,
      ObjectNode described,
      Map<String, Integer> starts,
      Map<String, Integer> continuations)
      throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("model") && value == JsonToken.START_OBJECT) {
        readModel(parser, described.putObject(field), starts, continuations);
      } else {
        described.set(field, parser.<JsonNode>readValueAsTree());
      }
    }
  }

  private static void readModel(
      JsonParser parser,
      ObjectNode model,
      Map<String, Integer> starts,
      Map<String, Integer> continuations)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("vocab") && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String piece = parser.currentName();
          int id = parser.nextIntValue(-1);
          if (piece.startsWith(CONTINUED) && piece.length() > CONTINUED.length()) {
            continuations.put(piece.substring(CONTINUED.length()), id);
          } else {
            starts.put(piece, id);
          }
        }
      } else if (value.isStructStart()) {
        parser.skipChildren(); // another tokenizer's vocabulary
      } else {
        model.set(field, parser.<JsonNode>readValueAsTree());
      }
    }
  }

  private static boolean isBert(JsonNode described) {
    JsonNode model = described.path("model");
    JsonNode normalizer = described.path("normalizer");
    return model.path("type").asText().equals("WordPiece")
        && model.path("continuing_subword_prefix").asText().equals(CONTINUED)
        && model.path("max_input_chars_per_word").asInt() == MAX_WORD_CHARACTERS
        && normalizer.path("type").asText().equals("BertNormalizer")
        && normalizer.path("clean_text").asBoolean()
        && described.at("/pre_tokenizer/type").asText().equals("BertPreTokenizer")
        && addedTokens(described).stream()
            .noneMatch(token -> token.path("normalized").asBoolean(true));
  }

  private static List<JsonNode> addedTokens(JsonNode described) {
    return StreamSupport.stream(described.path("added_tokens").spliterator(), false).toList();
  }
}
