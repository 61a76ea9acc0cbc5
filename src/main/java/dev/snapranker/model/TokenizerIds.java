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
 */
public record TokenizerIds(long largest, String addedText) {
  private static final JsonFactory PARSERS =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /** Of a file that a tokenizer was made of. */
  public static TokenizerIds of(String tokenizerJson) {
    StringBuilder added = new StringBuilder();
    long largest = 0;
    try (JsonParser parser = PARSERS.createParser(tokenizerJson)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "added_tokens" -> readAdded(parser, added);
          case "model" -> largest = largestOfModel(parser);
          default -> parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new InvalidBundleException(Manifest.TOKENIZER + " is not JSON: " + e.getMessage(), e);
    }
    return new TokenizerIds(largest, added.toString());
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

  private static long largestOfModel(JsonParser parser) throws IOException {
    long largest = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!field.equals("vocab")) {
        parser.skipChildren();
      } else if (value == JsonToken.START_OBJECT) { // ids by pieces
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          largest = Math.max(largest, parser.nextLongValue(0));
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
    return largest;
  }
}
