package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.model.Sha256;
import dev.snapranker.store.ObjectInput;
import dev.snapranker.store.Place;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Decides where an input is split into shards. The decision is the same each time. */
final class SplitPoints {
  private final WritableStore store;
  private final Place input;
  private final WritableStore.Stat stat;
  private final LineMaker maker;
  private final int mostLineBytes;
  private final Cut cut;
  private final InputSize size;

  /** Reads the whole input, because the uncompressed length is unknown. */
  SplitPoints(
      WritableStore store,
      Place input,
      WritableStore.Stat stat,
      LineMaker maker,
      int mostLineBytes,
      Cut cut)
      throws IOException {
    this.store = store;
    this.input = input;
    this.stat = stat;
    this.maker = maker;
    this.mostLineBytes = mostLineBytes;
    this.cut = cut;
    InputSize read = InputSize.NONE;
    try (LineReader lines = open()) {
      for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
        read = read.plusLine(withEnd(line));
      }
    }
    this.size = read;
  }

  /** How many shards there are at most. */
  int most() {
    return cut.most(size);
  }

  void forEachLine(LineConsumer consumer) throws IOException {
    InputSize read = InputSize.NONE;
    int shard = 1;
    try (LineReader lines = open()) {
      for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
        byte[] bytes = withEnd(line);
        read = read.plusLine(bytes);
        boolean last = cut.endsAfter(read, shard, size);
        consumer.accept(bytes, last);
        shard += last ? 1 : 0;
      }
    }
  }

  /** The SHA-256 of each shard. */
  List<String> digests() throws IOException {
    List<String> digests = new ArrayList<>();
    MessageDigest sha256 = Sha256.digest();
    forEachLine((line, last) -> {
      sha256.update(line);
      if (last) {
        digests.add(HexFormat.of().formatHex(sha256.digest()));
      }
    });
    return digests;
  }

  private LineReader open() throws IOException {
    return new LineReader(
        new ObjectInput(store, input, stat), input, maker, mostLineBytes, Deadline.never());
  }

  private byte[] withEnd(LineReader.Line line) {
    byte[] bytes = line.bytes();
    if (bytes == null) {
      throw new StoreException(
          input,
          "has a line of more than %d bytes, line %d".formatted(mostLineBytes, line.number()));
    }
    byte[] ended = Arrays.copyOf(bytes, bytes.length + 1);
    ended[bytes.length] = '\n';
    return ended;
  }

  /** Receives each line, in order. */
  @FunctionalInterface
  interface LineConsumer {
    /**
     * Receives the next line.
     *
     * @param line the content with the line end
     * @param last whether this is the last line of its shard
     */
    void accept(byte[] line, boolean last);
  }
}
