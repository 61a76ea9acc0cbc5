package dev.snapranker.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * The ids that a {@code tokenizer.json} can give, whatever its type.
 *
 * @param largest the largest one of its vocabulary
 * @param addedText a text that holds each token that was added to the vocabulary; the tokenizer
 *     counts their ids anew, whatever the file says
 * @param unknown the id of what is not in its vocabulary; {@link #NONE} if it has none
 */
public record TokenizerIds(long largest, String addedText, long unknown) {
  /** No token's id. */
  public static final long NONE = -1;

  private static final JsonFactory PARSERS =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /** Of a file that a tokenizer was made of. */
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
    } catch (IOException e) {
      throw new InvalidBundleException(Manifest.TOKENIZER + " is not JSON: " + e.getMessage(), e);
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

  /** The library writes the unknown token's text before the vocabulary. */
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
      } else if (value == JsonToken.START_OBJECT) { // ids by pieces
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean isUnknown = parser.currentName().equals(unknownText);
          long id = parser.nextLongValue(0);
          largest = Math.max(largest, id);
          unknown = isUnknown ? id : unknown;
        }
      } else { // pieces, whose ids are their places
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
