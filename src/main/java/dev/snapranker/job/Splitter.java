package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.model.Sha256;
import dev.snapranker.store.GzipException;
import dev.snapranker.store.ObjectInput;
import dev.snapranker.store.Place;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Splits an input into shards of whole lines, in the order of the lines. */
public final class Splitter {
  private static final Pattern NAME = Pattern.compile("part-\\d{4}\\.jsonl");

  private Splitter() {}

  /**
   * Writes {@code part-0001.jsonl} and so on. Writes nothing if the folder has shards of another
   * split.
   *
   * @param maker makes the lines of the input
   * @param mostLineBytes the most bytes of a line; a longer line is an error
   * @return the shards that were written
   */
  public static List<Place> split(
      WritableStore from,
      Place input,
      WritableStore to,
      Place folder,
      Cut cut,
      LineMaker maker,
      int mostLineBytes) {
    WritableStore.Stat stat = from.stat(input);
    if (stat == null) {
      throw new StoreException(input, "does not exist");
    }
    List<Place> shards = new ArrayList<>();
    try {
      SplitPoints points = new SplitPoints(from, input, stat, maker, mostLineBytes, cut);
      List<Place> parts =
          IntStream.rangeClosed(1, points.most()).mapToObj(each -> part(folder, each)).toList();
      OutputCheck.requireSeparate(from, List.of(input), to, parts);
      requireSame(points, to, folder);
      points.forEachLine(
          new SplitPoints.LineConsumer() {
            private @Nullable Output shard;

            @Override
            public void accept(byte[] line, boolean last) {
              if (shard == null) {
                shard = new Output(to, part(folder, shards.size() + 1));
              }
              shard.append(line);
              if (last) {
                shards.add(finish(shard));
                shard = null;
              }
            }
          });
    } catch (GzipException e) {
      throw new StoreException(input, "is not complete gzip: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new StoreException(input, "cannot be read: " + e.getMessage(), e);
    }
    return shards;
  }

  /** Refuses a folder with existing shards that differ, or that are of another split. */
  private static void requireSame(SplitPoints points, WritableStore to, Place folder)
      throws IOException {
    List<Place> there = parts(to, folder);
    List<String> digests = there.isEmpty() ? List.of() : points.digests();
    for (Place part : there) {
      if (number(part) < 1 || number(part) > digests.size()) {
        throw refused("has %s of another split", part);
      }
    }
    for (Place part : there) {
      if (!digests.get(number(part) - 1).equals(sha256(to, part))) {
        throw refused("already has %s with other content", part);
      }
    }
  }

  private static int number(Place part) {
    return Integer.parseInt(part.name().replaceAll("\\D", ""));
  }

  private static RerankException refused(String why, Place part) {
    return new RerankException(
        Reason.OUT_OF_RANGE,
        "output",
        why.formatted(part) + "; choose another output, or move it away");
  }

  private static List<Place> parts(WritableStore store, Place folder) {
    String key = Shard.folder(folder);
    return store.list(folder.withKey(key)).stream()
        .map(WritableStore.Listed::object)
        .filter(each -> NAME.matcher(each.name()).matches())
        .filter(each -> each instanceof Place.File || each.folder().equals(key))
        .toList();
  }

  private static @Nullable String sha256(WritableStore store, Place object) throws IOException {
    WritableStore.Stat stat = store.stat(object);
    if (stat == null) {
      return null;
    }
    MessageDigest sha256 = Sha256.digest();
    try (InputStream in = new DigestInputStream(new ObjectInput(store, object, stat), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static Place part(Place folder, int number) {
    return folder.withKey(Shard.folder(folder) + "part-%04d.jsonl".formatted(number));
  }

  private static Place finish(Output shard) {
    shard.finish();
    shard.discardLeftovers();
    shard.commit();
    shard.discard();
    return shard.object();
  }
}
