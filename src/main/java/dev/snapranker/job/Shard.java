package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.ObjectRef;
import org.jspecify.annotations.Nullable;

/**
 * An object of lines, and where what becomes of them goes: always the same names for the same
 * input.
 *
 * @param input JSON lines, or gzip of them
 * @param results a line of JSON for each
 * @param run a TREC run; null for none
 * @param checkpoint how far the job is
 */
public record Shard(
    ObjectRef input, ObjectRef results, @Nullable ObjectRef run, ObjectRef checkpoint) {
  public Shard {
    if (input.equals(results) || input.equals(run)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, "output", "would write over the input, %s".formatted(input));
    }
  }

  /**
   * The shard of an input: {@code a/part-1.jsonl.gz} gives {@code part-1.jsonl}, {@code part-1.run}
   * and {@code .progress/part-1.jsonl} in {@code output}.
   *
   * @param output a folder or a prefix, with or without a slash at its end
   */
  public static Shard of(ObjectRef input, ObjectRef output, boolean trec) {
    String folder =
        output.key().isEmpty() || output.key().endsWith("/") ? output.key() : output.key() + "/";
    String file = input.key().substring(input.key().lastIndexOf('/') + 1);
    String name = file.replaceAll("(\\.(jsonl|ndjson|json))?(\\.gz)?$", "");
    return new Shard(
        input,
        output.withKey(folder + name + ".jsonl"),
        trec ? output.withKey(folder + name + ".run") : null,
        output.withKey(folder + ".progress/" + name + ".jsonl"));
  }
}
