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
    Files.createDirectories(folder);
    byte[] model = TinyOnnx.sum("input_ids", "token_type_ids");
    byte[] tokenizer = Files.readAllBytes(DefaultBundle.directory().resolve("tokenizer.json"));
    Files.write(folder.resolve("model.onnx"), model);
    Files.write(folder.resolve("tokenizer.json"), tokenizer);
    Files.writeString(
        folder.resolve("reranker.json"),
        """
        {"format": 1, "id": "tiny", "revision": "%s", "license": "none", "architecture": "none",
         "files": {"model.onnx": %s, "tokenizer.json": %s},
         "inputs": {"input_ids": "input_ids", "token_type_ids": "token_type_ids",
                    "attention_mask": null},
         "output": "logits", "max_tokens": 512, "head": {"type": "single-logit"},
         "pair": {"template": "bert", "cls": 101, "sep": 102, "segments": [0, 1]},
         "activation": "sigmoid",
         "golden": [{"query": "word", "document": "word", "logit": 5853, "tolerance": 0.01}]}
        """
            .formatted(revision, fileSpec(model), fileSpec(tokenizer)));
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
