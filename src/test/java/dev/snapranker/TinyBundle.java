package dev.snapranker;

import dev.snapranker.boot.Settings;
import dev.snapranker.score.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** A bundle with a very fast model: the logit is the sum of all token and segment ids. */
public final class TinyBundle {
  private TinyBundle() {}

  public static void write(Path folder, String revision) throws IOException {
    byte[] model = TinyOnnx.sum("input_ids", "token_type_ids");
    write(folder, revision, model, "null", 5853);
  }

  /** With a mask, as other libraries expect it. The logit is also the sum of the mask. */
  public static void writeStock(Path folder) throws IOException {
    byte[] model = TinyOnnx.sum("input_ids", "token_type_ids", "attention_mask");
    write(folder, "1", model, "\"attention_mask\"", 5853 + 5);
  }

  private static void write(Path folder, String revision, byte[] model, String mask, int golden)
      throws IOException {
    Files.createDirectories(folder);
    byte[] tokenizer = Files.readAllBytes(DefaultBundle.directory().resolve("tokenizer.json"));
    Files.write(folder.resolve("model.onnx"), model);
    Files.write(folder.resolve("tokenizer.json"), tokenizer);
    Files.writeString(
        folder.resolve("reranker.json"),
        """
        {"format": 1, "id": "tiny", "revision": "%s", "license": "none", "architecture": "none",
         "files": {"model.onnx": %s, "tokenizer.json": %s},
         "inputs": {"input_ids": "input_ids", "token_type_ids": "token_type_ids",
                    "attention_mask": %s},
         "output": "logits", "max_tokens": 512, "head": {"type": "single-logit"},
         "pair": {"template": "bert", "cls": 101, "sep": 102, "segments": [0, 1]},
         "activation": "sigmoid",
         "golden": [{"query": "word", "document": "word", "logit": %d, "tolerance": 0.01}]}
        """
            .formatted(revision, fileSpec(model), fileSpec(tokenizer), mask, golden));
  }

  public static Settings settings(Path folder) {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", folder.toString());
    return Settings.from(environment);
  }

  private static String fileSpec(byte[] content) {
    try {
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
      return "{\"bytes\": %d, \"sha256\": \"%s\"}"
          .formatted(content.length, HexFormat.of().formatHex(sha256));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
