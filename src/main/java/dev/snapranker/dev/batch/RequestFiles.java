package dev.snapranker.dev.batch;

import dev.snapranker.dev.cli.InputFile;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.job.OutputCheck;
import dev.snapranker.job.Shard;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of requests that {@code --input} names: one, or those of a folder or a prefix.
 *
 * @param from the input
 * @param listed at least one file
 */
record RequestFiles(Place from, WritableStore store, List<WritableStore.Listed> listed) {

  /** Finds the files. */
  static RequestFiles at(Place from, WritableStore store) {
    return new RequestFiles(from, store, list(store, from));
  }

  /** The job of each file. Its outputs touch no input. */
  List<Shard> shards(Place to, boolean trec) {
    if (!listed.getFirst().object().equals(from)) { // a folder or a prefix
      requireSeparate(to);
    }
    List<Shard> shards = listed.stream().map(each -> shard(each.object(), to, trec)).toList();
    OutputCheck.requireSeparate(store, shards);
    return shards;
  }

  private void requireSeparate(Place to) {
    switch (from) {
      case Place.S3Object _ -> OutputCheck.requireSeparate(from, to);
      case Place.File _ -> {
        Object folder = store.identity(from);
        if (folder != null && folder.equals(store.identity(to))) {
          throw new UsageException(
              "--output is the folder of the inputs, %s; choose another".formatted(from));
        }
      }
    }
  }

  private Shard shard(Place file, Place to, boolean trec) {
    return switch (from) {
      case Place.S3Object prefix -> Shard.below(prefix.key(), file, to, trec);
      case Place.File _ -> Shard.of(file, to, trec);
    };
  }

  private static List<WritableStore.Listed> list(WritableStore store, Place from) {
    WritableStore.@Nullable Stat one = isOfLines(from) ? store.stat(from) : null;
    if (one != null) {
      return List.of(new WritableStore.Listed(from, one.bytes()));
    }
    List<WritableStore.Listed> inputs =
        store.list(from).stream()
            .filter(each -> isOfLines(each.object()))
            .filter(each -> !each.object().key().contains("/.progress/"))
            .toList();
    if (from instanceof Place.File) {
      requireFiles(store, from, inputs);
    }
    if (inputs.isEmpty()) {
      throw new UsageException(
          from
              + " is neither a file of requests nor a folder of them; expected names that end with"
              + " .jsonl or .ndjson, or .gz of these");
    }
    return inputs;
  }

  private static void requireFiles(
      WritableStore store, Place from, List<WritableStore.Listed> inputs) {
    if (store.identity(from) == null) {
      throw new UsageException(
          "%s does not exist; expected a .jsonl or .ndjson file, or .gz of these, a folder of them, or %s"
              .formatted(from, "s3://BUCKET/KEY; a relative path starts in " + InputFile.here()));
    }
    for (WritableStore.Listed each : inputs) {
      if (store.stat(each.object()) == null) {
        throw new UsageException(each.object() + " is no file that can be read twice; use a copy");
      }
    }
  }

  private static boolean isOfLines(Place object) {
    return object.key().matches(".*\\.(jsonl|ndjson)(\\.gz)?");
  }
}
