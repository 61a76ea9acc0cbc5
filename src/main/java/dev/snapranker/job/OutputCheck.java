package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses outputs that would overwrite an input or each other, before anything is written. */
public final class OutputCheck {
  private OutputCheck() {}

  /**
   * Checks the files that shards write: none is an input; only one shard writes each; none is in
   * the folder of checkpoints, even under another name; and one that already exists is a file.
   */
  public static void requireSeparate(WritableStore store, List<Shard> shards) {
    requireSeparate(
        store,
        shards.stream().map(Shard::input).toList(),
        store,
        shards.stream().flatMap(shard -> shard.files().stream()).toList());
    Set<Place> results = new HashSet<>();
    for (Shard shard : shards) {
      if (!results.add(shard.results())) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            "output",
            "two inputs would be written to %s; rename one of them".formatted(shard.results()));
      }
      Shard.requireNoCheckpoint(store.canonical(shard.results()));
    }
  }

  /** Refuses a shard that would replace another file that it is made of. */
  public static void requireSeparate(WritableStore store, Shard shard, Place other) {
    requireSeparate(store, List.of(other), store, shard.files());
  }

  /** Refuses an output that already exists and is not a file. In S3 this cannot happen. */
  private static void requireFile(WritableStore store, Place output) {
    if (output instanceof Place.File
        && store.identity(output) != null
        && store.stat(output) == null) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "output",
          "has %s, which is a folder or something else than a file; choose another output, or move it away"
              .formatted(output));
    }
  }

  static void requireSeparate(
      WritableStore from, List<Place> inputs, WritableStore to, List<Place> outputs) {
    Map<Object, Place> byIdentity = new HashMap<>();
    for (Place input : inputs) {
      Object identity = from.identity(input);
      if (identity != null) {
        byIdentity.put(identity, input);
      }
    }
    for (Place output : outputs) {
      requireFile(to, output);
      Object identity = to.identity(output);
      Place input = identity == null ? null : byIdentity.get(identity);
      if (input != null) {
        throw overwritten(input);
      }
    }
  }

  /** Refuses an input and an output in S3 if one of the two prefixes is inside the other. */
  public static void requireSeparate(Place input, Place output) {
    String folder = Shard.folder(output);
    if (input instanceof Place.S3Object in
        && output instanceof Place.S3Object out
        && in.bucket().equals(out.bucket())
        && (folder.startsWith(input.key()) || input.key().startsWith(folder))) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "output",
          "%s and the input, %s, overlap, so that results would become inputs; choose an output"
                  .formatted(output, input)
              + " outside of the input");
    }
  }

  static RerankException overwritten(Place input) {
    return new RerankException(
        Reason.OUT_OF_RANGE,
        "output",
        "would overwrite the input, %s; choose another output".formatted(input));
  }
}
