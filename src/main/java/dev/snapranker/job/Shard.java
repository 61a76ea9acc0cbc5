package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.Place;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object of lines and the places of its outputs. The same input always has the same names.
 *
 * @param input JSON lines, or gzip of them
 * @param results a line of JSON for each line
 * @param run a TREC run; null for none
 * @param checkpoint how far the job is
 */
public record Shard(Place input, Place results, @Nullable Place run, Place checkpoint) {
  /** The folder of checkpoints, beside the outputs. */
  static final String PROGRESS = ".progress/";

  public Shard {
    if (("/" + input.key()).contains("/" + PROGRESS)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "input",
          "is %s; %s holds the checkpoints of jobs, and no inputs".formatted(input, PROGRESS));
    }
    requireNoCheckpoint(results);
    if (input.equals(results) || input.equals(run) || input.equals(checkpoint)) {
      throw OutputCheck.overwritten(input);
    }
  }

  /** An output does not lie in the folder of checkpoints. */
  static void requireNoCheckpoint(Place output) {
    if (("/" + output.key()).contains("/" + PROGRESS)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "output",
          "is %s; %s holds the checkpoints of jobs, and no outputs".formatted(output, PROGRESS));
    }
  }

  /** The shard of an input whose outputs lie in {@code output} itself. */
  public static Shard of(Place input, Place output, boolean trec) {
    return below(input.folder(), input, output, trec);
  }

  /**
   * The shard of an input, whose outputs keep its path below a prefix: below {@code in/}, {@code
   * in/a/part-1.jsonl.gz} gives {@code a/part-1.jsonl}, {@code a/part-1.run} and {@code
   * a/.progress/part-1.jsonl} in {@code output}.
   *
   * @param prefix the input's key starts with it; its part after the last slash is no folder
   * @param output a folder or a prefix, with or without a slash at its end
   */
  public static Shard below(String prefix, Place input, Place output, boolean trec) {
    if (!input.key().startsWith(prefix)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "prefix",
          "is '%s', but %s is not below it".formatted(prefix, input));
    }
    String path = input.key().substring(folderOf(prefix).length());
    String file = path.substring(folderOf(path).length());
    String name = file.replaceAll("(\\.(jsonl|ndjson|json))?(\\.gz)?$", "");
    return named(input, output.withKey(folder(output) + folderOf(path)), name, trec);
  }

  /**
   * The shard of an input, whose outputs have another name: {@code NAME.jsonl}, {@code NAME.run}
   * and {@code .progress/NAME.jsonl} in {@code output}.
   *
   * @param output a folder or a prefix, with or without a slash at its end
   */
  public static Shard named(Place input, Place output, String name, boolean trec) {
    String folder = folder(output);
    return new Shard(
        input,
        output.withKey(folder + name + ".jsonl"),
        trec ? output.withKey(folder + name + ".run") : null,
        output.withKey(folder + PROGRESS + name + ".jsonl"));
  }

  /** A folder's key with a slash at its end, or nothing. */
  static String folder(Place place) {
    return place.key().isEmpty() || place.key().endsWith("/") ? place.key() : place.key() + "/";
  }

  private static String folderOf(String key) {
    return key.substring(0, key.lastIndexOf('/') + 1);
  }

  /** An output by its name. */
  Place output(String name) {
    return results.withKey(results.folder() + name);
  }

  /** The files for readers. */
  List<Place> outputs() {
    return run == null ? List.of(results) : List.of(results, run);
  }

  /** All files that a run may write, whatever its options are. */
  List<Place> possibleFiles() {
    String base = results.key().substring(0, results.key().length() - ".jsonl".length());
    return List.of(results, results.withKey(base + ".run"), checkpoint);
  }

  /** All files that are written. */
  List<Place> files() {
    return run == null ? List.of(results, checkpoint) : List.of(results, run, checkpoint);
  }
}
