package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.GzipException;
import dev.snapranker.store.ObjectInput;
import dev.snapranker.store.ObjectRef;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Cuts an input into shards, between lines, in the order of the lines. */
public final class Shards {
  private static final byte[] LINE_END = {'\n'};

  private Shards() {}

  /**
   * Writes {@code part-0001.jsonl} and so on.
   *
   * @param count of shards; fewer if there are fewer lines
   * @param mostLineBytes a longer line is an error
   * @return what was written
   */
  public static List<ObjectRef> cut(
      WritableStore from,
      ObjectRef input,
      WritableStore to,
      ObjectRef folder,
      int count,
      int mostLineBytes) {
    WritableStore.Stat stat = from.stat(input);
    if (stat == null) {
      throw new StoreException(input, "is not there");
    }
    requireApart(from, input, to, folder, count);
    long total = 0;
    List<ObjectRef> shards = new ArrayList<>();
    try {
      try (LineReader lines = open(from, input, stat, mostLineBytes)) {
        for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
          total += bytes(input, line).length + 1;
        }
      }
      long written = 0;
      try (LineReader lines = open(from, input, stat, mostLineBytes)) {
        @Nullable Output shard = null;
        for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
          if (shard == null) {
            shard = new Output(to, part(folder, shards.size() + 1));
          }
          byte[] bytes = bytes(input, line);
          shard.append(bytes);
          shard.append(LINE_END);
          written += bytes.length + 1;
          if (written >= total * (shards.size() + 1) / count) {
            shards.add(finish(shard));
            shard = null;
          }
        }
      }
    } catch (GzipException e) {
      throw new StoreException(input, "is not whole gzip: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new StoreException(input, "cannot be read: " + e.getMessage(), e);
    }
    return shards;
  }

  /** No shard is the input, and none of another cut is left beside: it would be ranked, too. */
  private static void requireApart(
      WritableStore from, ObjectRef input, WritableStore to, ObjectRef folder, int count) {
    List<ObjectRef> parts =
        IntStream.rangeClosed(1, count).mapToObj(number -> part(folder, number)).toList();
    Apart.require(from, List.of(input), to, parts);
    ObjectRef next = part(folder, count + 1);
    if (to.stat(next) != null) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "output",
          "has %s of another cut; choose another output, or move it away".formatted(next));
    }
  }

  private static ObjectRef part(ObjectRef folder, int number) {
    return folder.withKey(Shard.folder(folder) + "part-%04d.jsonl".formatted(number));
  }

  private static LineReader open(
      WritableStore store, ObjectRef input, WritableStore.Stat stat, int mostLineBytes)
      throws IOException {
    return new LineReader(
        new ObjectInput(store, input, stat), input, mostLineBytes, Deadline.never());
  }

  private static byte[] bytes(ObjectRef input, LineReader.Line line) {
    if (line.bytes() == null) {
      throw new StoreException(input, "has a line that is too long, %d".formatted(line.number()));
    }
    return line.bytes();
  }

  private static ObjectRef finish(Output shard) {
    shard.end();
    shard.discardOthers();
    shard.commit();
    shard.discard();
    return shard.object();
  }
}
