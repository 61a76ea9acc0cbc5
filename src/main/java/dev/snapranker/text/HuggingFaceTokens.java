package dev.snapranker.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Hugging Face's own tokenizer, by way of DJL. */
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
    } catch (RuntimeException e) { // from the native library, which knows no file
      throw new InvalidBundleException(
          Manifest.TOKENIZER + " is no tokenizer: " + e.getMessage(), e);
    }
  }

  @Override
  public long[] encode(String text) {
    return tokenizer.encode(text, false, false).getIds();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
