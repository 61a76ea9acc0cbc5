package dev.snapranker.api;

/**
 * The caller's words for what makes a document relevant, for models that take such words.
 *
 * @param text replaces the words that the model's bundle has
 * @param required whether the request is refused if none of its models takes an instruction;
 *     otherwise the reply warns
 */
public record Instruction(String text, boolean required) {
  /** An instruction is a sentence or two; each call reads all of it. */
  public static final int MAX_CHARS = 2_000;

  public Instruction {
    if (text.isBlank()) {
      throw new RerankException(Reason.EMPTY, "instruction", "is blank; expected some text");
    }
    if (text.length() > MAX_CHARS) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "instruction",
          "has %d characters; expected at most %d".formatted(text.length(), MAX_CHARS));
    }
  }
}
