package dev.snapranker.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls Hugging Face's native tokenizers library through DJL. */
public final class HuggingFaceTokens implements Tokenizer {
  private final HuggingFaceTokenizer tokenizer;

  /**
   * @param tokenizerJson the content of {@code tokenizer.json}; truncation and padding in it are
   *     ignored
   */
  public HuggingFaceTokens(String tokenizerJson) {
    Map<String, String> options =
        Map.of(
            "addSpecialTokens", "false",
            "truncation", "DO_NOT_TRUNCATE",
            "padding", "DO_NOT_PAD");
    try (var json = new ByteArrayInputStream(tokenizerJson.getBytes(StandardCharsets.UTF_8))) {
      this.tokenizer = HuggingFaceTokenizer.newInstance(json, options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) { // from the native library, which does not know the file's name
      throw new InvalidBundleException(
          Manifest.TOKENIZER + " cannot be loaded as a tokenizer: " + e.getMessage(), e);
    }
  }

  static void loadLibrary() {
    LibUtils.checkStatus();
  }

  @Override
  public Tokens encode(String text) {
    Encoding encoding = tokenizer.encode(text, false, false);
    long[] ids = encoding.getIds();
    @Nullable CharSpan[] spans = encoding.getCharTokenSpans(); // in code points
    int[] characters = text.codePoints().toArray();
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int reached = 0;
    for (int i = 0; i < ids.length; i++) {
      CharSpan span = spans[i];
      starts[i] = span == null ? reached : span.getStart();
      ends[i] = span == null ? reached : span.getEnd();
      // SentencePiece counts the space before a word as part of the word.
      while (starts[i] < ends[i] && Character.isWhitespace(characters[starts[i]])) {
        starts[i]++;
      }
      reached = ends[i];
    }
    return new Tokens(text, ids, starts, ends);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
