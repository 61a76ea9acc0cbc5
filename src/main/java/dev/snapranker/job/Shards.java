package dev.snapranker.job;

import dev.snapranker.store.ObjectInput;
import dev.snapranker.store.ObjectRef;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
    long total = 0;
    List<ObjectRef> shards = new ArrayList<>();
    try {
      try (LineReader lines = open(from, input, mostLineBytes)) {
        for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
          total += bytes(input, line).length + 1;
        }
      }
      String prefix =
          folder.key().isEmpty() || folder.key().endsWith("/") ? folder.key() : folder.key() + "/";
      long written = 0;
      try (LineReader lines = open(from, input, mostLineBytes)) {
        @Nullable Output shard = null;
        for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
          if (shard == null) {
            shard =
                new Output(
                    to, folder.withKey(prefix + "part-%04d.jsonl".formatted(shards.size() + 1)));
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
    } catch (IOException e) {
      throw new StoreException(input, "cannot be read: " + e.getMessage(), e);
    }
    return shards;
  }

  private static LineReader open(WritableStore store, ObjectRef input, int mostLineBytes)
      throws IOException {
    WritableStore.Stat stat = store.stat(input);
    if (stat == null) {
      throw new StoreException(input, "is not there");
    }
    return new LineReader(new ObjectInput(store, input, stat), mostLineBytes);
  }

  private static byte[] bytes(ObjectRef input, LineReader.Line line) {
    if (line.bytes() == null) {
      throw new StoreException(input, "has a line that is too long, %d".formatted(line.number()));
    }
    return line.bytes();
  }

  private static ObjectRef finish(Output shard) {
    shard.end();
    shard.commit();
    shard.discard();
    return shard.object();
  }
}
