package dev.snapranker.model;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The keys and values that a decoder's graph reads and gives. Attention is causal, so those of a
 * token depend only on the tokens before it, and a later run can continue from them.
 *
 * @param layers how many layers have keys and values
 * @param keyValueHeads the heads of each key and value
 * @param headSize the numbers of each head
 */
public record DecoderShape(int layers, int keyValueHeads, int headSize) {
  /** Above the largest models that anybody could run here. */
  private static final int MOST = 4_096;

  public DecoderShape {
    require("layers", layers);
    require("key_value_heads", keyValueHeads);
    require("head_size", headSize);
  }

  /** The inputs with the keys and values of earlier tokens, each [1, heads, tokens, size]. */
  public List<String> past() {
    return names("past");
  }

  /** The outputs with those of the earlier tokens and of this run's, in the order of the inputs. */
  public List<String> present() {
    return names("present");
  }

  private List<String> names(String kind) {
    return IntStream.range(0, layers)
        .boxed()
        .flatMap(layer ->
            List.of("%s.%d.key".formatted(kind, layer), "%s.%d.value".formatted(kind, layer))
                .stream())
        .toList();
  }

  private static void require(String field, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException("%s is %d; expected 1..%d".formatted(field, value, MOST));
    }
  }
}
