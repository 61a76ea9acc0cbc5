package dev.snapranker.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The token ids of a {@code tokenizer.json} of any type.
 *
 * @param largest the largest id in its vocabulary
 * @param addedText a text with all tokens that were added to the vocabulary. Encoding it gives
 *     their ids; the ids in the file may differ, because the tokenizer assigns new ones
 * @param unknown the id for text that is not in the vocabulary; {@link #NONE} if there is none
 */
public record TokenizerIds(long largest, String addedText, long unknown) {
  /** Not a token's id. */
  public static final long NONE = -1;

  private static final JsonFactory PARSERS =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /** Reads the ids from the content of a valid {@code tokenizer.json}. */
  public static TokenizerIds of(String tokenizerJson) {
    StringBuilder added = new StringBuilder();
    ModelIds ids = new ModelIds(0, NONE);
    try (JsonParser parser = PARSERS.createParser(tokenizerJson)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "added_tokens" -> readAdded(parser, added);
          case "model" -> ids = idsOfModel(parser);
          default -> parser.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(Manifest.TOKENIZER + " " + JsonProblem.malformed(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string in memory does not fail
    }
    return new TokenizerIds(ids.largest, added.toString(), ids.unknown);
  }

  private static void readAdded(JsonParser parser, StringBuilder added) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        if (field.equals("content")) {
          added.append(parser.getText()).append(' ');
        }
        parser.skipChildren();
      }
    }
  }

  private record ModelIds(long largest, long unknown) {}

  /** Reads the model's ids. The file names the unknown token before the vocabulary. */
  private static ModelIds idsOfModel(JsonParser parser) throws IOException {
    long largest = 0;
    long unknown = NONE;
    String unknownText = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("unk_token") && value == JsonToken.VALUE_STRING) {
        unknownText = parser.getText();
      } else if (field.equals("unk_id") && value == JsonToken.VALUE_NUMBER_INT) {
        unknown = parser.getLongValue();
      } else if (!field.equals("vocab")) {
        parser.skipChildren();
      } else if (value == JsonToken.START_OBJECT) { // pieces with their ids
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean isUnknown = parser.currentName().equals(unknownText);
          long id = parser.nextLongValue(0);
          largest = Math.max(largest, id);
          unknown = isUnknown ? id : unknown;
        }
      } else { // a list of pieces, whose ids are their positions
        long pieces = 0;
        while (parser.nextToken() == JsonToken.START_ARRAY) {
          parser.skipChildren();
          pieces++;
        }
        largest = Math.max(largest, pieces - 1);
      }
    }
    return new ModelIds(largest, unknown);
  }
}
