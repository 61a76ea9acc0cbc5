package dev.snapranker.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;

/** Where a download's bytes go. Several threads write, each to a range of its own. */
interface Destination {

  /** How many bytes there is room for. */
  long bytes();

  /** Takes the bytes from a position on, in their order. */
  Consumer<ByteBuffer> from(long start);

  /** Shows a range of bytes that was taken. */
  void show(long start, long bytes, Consumer<ByteBuffer> to);

  /** A block of memory. */
  record Memory(ByteBuffer content) implements Destination {
    @Override
    public long bytes() {
      return content.capacity();
    }

    @Override
    public Consumer<ByteBuffer> from(long start) {
      return content.duplicate().clear().position((int) start)::put;
    }

    @Override
    public void show(long start, long bytes, Consumer<ByteBuffer> to) {
      to.accept(content.slice((int) start, (int) bytes));
    }
  }

  /** A file that is open for reading and writing. Only a few chunks of it are in memory. */
  record OpenFile(FileChannel channel, long bytes) implements Destination {
    private static final int CHUNK_BYTES = 256 << 10;

    @Override
    public Consumer<ByteBuffer> from(long start) {
      long[] at = {start};
      return chunk -> {
        try {
          while (chunk.hasRemaining()) {
            at[0] += channel.write(chunk, at[0]);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      };
    }

    @Override
    public void show(long start, long bytes, Consumer<ByteBuffer> to) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      long end = start + bytes;
      for (long at = start; at < end; at += chunk.limit()) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - at));
        read(at, chunk);
        to.accept(chunk.flip());
      }
    }

    private void read(long start, ByteBuffer chunk) {
      try {
        while (chunk.hasRemaining()) {
          if (channel.read(chunk, start + chunk.position()) < 0) {
            throw new IOException("the file became shorter while it was written");
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
