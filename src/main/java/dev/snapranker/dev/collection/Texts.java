package dev.snapranker.dev.collection;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.store.FileErrors;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Texts by id: those that were asked for. They are in a file, which is gone with the process. In
 * memory are the ids alone, so that a corpus may be of any size.
 */
final class Texts implements AutoCloseable {
  private static final long NOT_READ = -1;
  private static final long BLANK = -2;
  private static final int BUFFER_BYTES = 1 << 16;

  private final String folder;
  private final Map<String, Long> places = new HashMap<>(); // in the file
  private final FileChannel file;
  private final OutputStream end;
  private long bytes;
  private boolean flushed = true;

  /**
   * No texts yet.
   *
   * @param folder where the file is; null for the JVM's folder of temporary files
   */
  Texts(@Nullable Path folder) {
    try {
      Path path =
          folder == null
              ? Files.createTempFile("snapranker-", ".texts")
              : Files.createTempFile(folder, ".snapranker-", ".texts");
      this.folder = String.valueOf(path.toAbsolutePath().getParent());
      // Where the system has links, the file has no name any more, so a kill leaves nothing.
      this.file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw new UsageException("texts cannot be kept on disk: " + FileErrors.problem(e));
    }
    this.end = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
  }

  /** Asks for a text; returns whether it is the first time. */
  boolean want(String id) {
    return places.putIfAbsent(id, NOT_READ) == null;
  }

  /**
   * Keeps an entry's text, if it was asked for.
   *
   * @throws MalformedException if the id was there before with another text
   */
  void add(Entry entry) {
    Long place = places.get(entry.id());
    if (place == null) {
      return;
    }
    boolean blank = entry.text().isBlank();
    if (place == NOT_READ) {
      places.put(entry.id(), blank ? BLANK : append(entry.text()));
    } else if (place == BLANK ? !blank : !entry.text().equals(text(place))) {
      throw new MalformedException(
          "the id %s was there before with another text; expected each id once"
              .formatted(entry.id()));
    }
  }

  private long append(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    long place = bytes;
    try {
      end.write(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
      end.write(utf8);
    } catch (IOException e) {
      throw new UsageException(
          "texts cannot be kept in %s: %s".formatted(folder, FileErrors.problem(e)));
    }
    flushed = false;
    bytes += Integer.BYTES + utf8.length;
    return place;
  }

  /** The text; null if it is blank or was not found. */
  @Nullable String get(String id) {
    Long place = places.get(id);
    return place == null || place < 0 ? null : text(place);
  }

  /** Whether there is a text that is not blank. */
  boolean has(String id) {
    return places.getOrDefault(id, NOT_READ) >= 0;
  }

  private String text(long place) {
    try {
      if (!flushed) {
        end.flush();
        flushed = true;
      }
      int length = read(place, Integer.BYTES).getInt();
      return new String(read(place + Integer.BYTES, length).array(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UsageException(
          "texts in %s cannot be read: %s".formatted(folder, FileErrors.problem(e)));
    }
  }

  private ByteBuffer read(long from, int count) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(count);
    while (into.hasRemaining()) {
      if (file.read(into, from + into.position()) < 0) {
        throw new IOException("the file was cut");
      }
    }
    return into.flip();
  }

  /** How many were asked for. */
  int wanted() {
    return places.size();
  }

  /** How many were asked for, but not found. */
  long missing() {
    return places.values().stream().filter(place -> place == NOT_READ).count();
  }

  /** How many are blank. */
  long blank() {
    return places.values().stream().filter(place -> place == BLANK).count();
  }

  /** One that was asked for, but not found: the least. */
  Optional<String> exampleOfMissing() {
    return places.entrySet().stream()
        .filter(entry -> entry.getValue() == NOT_READ)
        .map(Map.Entry::getKey)
        .min(String::compareTo);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UsageException(
          "texts in %s cannot be removed: %s".formatted(folder, FileErrors.problem(e)));
    }
  }
}
