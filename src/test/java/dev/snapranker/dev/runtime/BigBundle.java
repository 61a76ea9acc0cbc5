package dev.snapranker.dev.runtime;

import dev.snapranker.DefaultBundle;
import dev.snapranker.model.Sha256;
import dev.snapranker.score.TinyOnnx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A bundle in parts that is as large as is asked for: a table of embeddings in a file, then one
 * random matrix after the other.
 */
final class BigBundle {
  private static final String EMBEDDINGS = "embeddings.bin";
  private static final int INT8 = 3; // onnx.proto
  private static final int WIDTH = 2048;
  private static final int PART_BYTES = Float.BYTES * WIDTH * WIDTH;

  private BigBundle() {}

  /** The size of its matrices, which is about the bytes asked for. */
  static long write(Path folder, int embeddings, long bytes) throws IOException {
    Files.createDirectories(folder);
    byte[] table = new byte[embeddings];
    Files.write(folder.resolve(EMBEDDINGS), table);
    ByteBuffer weights = ByteBuffer.allocate(PART_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(7);
    while (weights.hasRemaining()) {
      weights.putFloat((random.nextFloat() - 0.5f) * 1e-3f); // the logit comes to next to nothing
    }
    int matrices = Math.toIntExact(bytes / PART_BYTES);
    StringBuilder files = new StringBuilder(spec(EMBEDDINGS, table)).append(", ");
    long written = 0;
    for (int i = 0; i < matrices + 3; i++) {
      byte[] part = part(i, matrices, embeddings, weights.array());
      Files.write(folder.resolve(name(i)), part);
      files.append(spec(name(i), part)).append(", ");
      written += part.length;
    }
    byte[] tokenizer = Files.readAllBytes(DefaultBundle.directory().resolve("tokenizer.json"));
    Files.write(folder.resolve("tokenizer.json"), tokenizer);
    files.append(spec("tokenizer.json", tokenizer));
    List<Integer> order = IntStream.range(0, matrices + 3).boxed().toList();
    Files.writeString(
        folder.resolve("reranker.json"),
        """
        {"format": 1, "id": "big", "revision": "1", "license": "none", "architecture": "none",
         "files": {%s}, "parts": [%s], "embeddings": "embeddings.bin",
         "inputs": {"input_ids": "ids", "token_type_ids": null, "attention_mask": null},
         "output": "logits", "max_tokens": 512, "head": {"type": "single-logit"},
         "pair": {"template": "bert", "cls": 101, "sep": 102, "segments": [0, 1]},
         "activation": "sigmoid",
         "golden": [{"query": "word", "document": "word", "logit": 0, "tolerance": 0.01}]}
        """
            .formatted(
                files,
                order.stream().map(i -> '"' + name(i) + '"').collect(Collectors.joining(", "))));
    return written;
  }

  /** The sum of the embeddings becomes a row, which goes through the matrices to the logit. */
  private static byte[] part(int i, int matrices, int embeddings, byte[] weights) {
    byte[] row = Arrays.copyOf(weights, Float.BYTES * WIDTH);
    if (i == 0) {
      String length = Integer.toString(embeddings);
      return TinyOnnx.lookup(
          "ids", "sum", INT8, embeddings, "location", EMBEDDINGS, "offset", "0", "length", length);
    }
    if (i == 1) {
      return TinyOnnx.product("sum", "x1", 1, WIDTH, row);
    }
    if (i == matrices + 2) {
      return TinyOnnx.product("x" + (i - 1), "logits", WIDTH, 1, row);
    }
    return TinyOnnx.product("x" + (i - 1), "x" + i, WIDTH, WIDTH, weights);
  }

  private static String name(int i) {
    return "model-" + i + ".onnx";
  }

  private static String spec(String name, byte[] content) {
    return "\"%s\": {\"bytes\": %d, \"sha256\": \"%s\"}"
        .formatted(name, content.length, Sha256.hex(content));
  }
}
