package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.Place;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An input of lines and the locations of its outputs. The same input always has the same output
 * names.
 *
 * @param input the input: JSON lines, plain or gzip
 * @param results the output with a line of JSON for each line
 * @param run the TREC run; null for none
 * @param checkpoint the saved progress
 */
public record Shard(Place input, Place results, @Nullable Place run, Place checkpoint) {
  /** The folder of checkpoints, beside the outputs. */
  static final String PROGRESS = ".progress/";

  public Shard {
    if (("/" + input.key()).contains("/" + PROGRESS)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "input",
          "is %s, but %s is for the checkpoints of jobs; choose an input outside of it"
              .formatted(input, PROGRESS));
    }
    requireNoCheckpoint(results);
    if (input.equals(results) || input.equals(run) || input.equals(checkpoint)) {
      throw OutputCheck.overwritten(input);
    }
  }

  /** Refuses an output in the folder of checkpoints. */
  static void requireNoCheckpoint(Place output) {
    if (("/" + output.key()).contains("/" + PROGRESS)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "output",
          "is %s, but %s is for the checkpoints of jobs; choose an output outside of it"
              .formatted(output, PROGRESS));
    }
  }

  /** The shard of an input whose outputs are directly in the folder {@code output}. */
  public static Shard of(Place input, Place output, boolean trec) {
    return below(input.folder(), input, output, trec);
  }

  /**
   * The shard of an input, whose outputs keep its path below a prefix: below {@code in/}, {@code
   * in/a/part-1.jsonl.gz} gives {@code a/part-1.jsonl}, {@code a/part-1.run} and {@code
   * a/.progress/part-1.jsonl} in {@code output}.
   *
   * @param prefix the beginning of the input's key; the path of its outputs begins after its last
   *     slash
   * @param output a folder or a prefix, with or without a slash at its end
   */
  public static Shard below(String prefix, Place input, Place output, boolean trec) {
    if (!input.key().startsWith(prefix)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "prefix",
          "is '%s', but %s does not begin with it".formatted(prefix, input));
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

  /** A folder's key with a slash at its end; empty for the whole bucket. */
  static String folder(Place place) {
    return place.key().isEmpty() || place.key().endsWith("/") ? place.key() : place.key() + "/";
  }

  private static String folderOf(String key) {
    return key.substring(0, key.lastIndexOf('/') + 1);
  }

  /** The location of an output by its name. */
  Place output(String name) {
    return results.withKey(results.folder() + name);
  }

  /** The outputs, without the checkpoint. */
  List<Place> outputs() {
    return run == null ? List.of(results) : List.of(results, run);
  }

  /** All files that a run with any options may write. */
  List<Place> possibleFiles() {
    String base = results.key().substring(0, results.key().length() - ".jsonl".length());
    return List.of(results, results.withKey(base + ".run"), checkpoint);
  }

  /** All files that this shard writes. */
  List<Place> files() {
    return run == null ? List.of(results, checkpoint) : List.of(results, run, checkpoint);
  }
}
