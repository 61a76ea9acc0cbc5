package dev.snapranker.score;

import dev.snapranker.model.Sha256;
import dev.snapranker.text.EncodedPair;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Logits of pairs that were scored before, as long as there is room; the one not asked for the
 * longest goes first. It holds no text and no tokens, only hashes of them. Safe for use by many
 * threads at once.
 */
public final class ScoreCache {
  /** Keeps nothing. */
  public static final ScoreCache OFF = new ScoreCache(0);

  /** Of an entry with its key, its value and its part of the table, by the JVM's object layout. */
  private static final int ENTRY_BYTES = 128;

  private final int capacity; // entries
  private final Map<Key, Float> logits;

  /**
   * @param bytes how much memory it may take; 0 for none
   */
  public ScoreCache(long bytes) {
    this.capacity = (int) Math.min(bytes / ENTRY_BYTES, Integer.MAX_VALUE);
    this.logits =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Float> eldest) {
            return size() > capacity;
          }
        };
  }

  public boolean isOff() {
    return capacity == 0;
  }

  /** The first half of a SHA-256, of a model's name and what it reads. */
  public record Key(long high, long low) {}

  /**
   * What a pair is known by.
   *
   * @param model the model with its revision: another one gives other logits
   */
  public Key keyOf(String model, EncodedPair pair) {
    byte[] name = model.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES + name.length + 2 * Long.BYTES * pair.tokens());
    bytes.putInt(name.length).put(name);
    bytes.asLongBuffer().put(pair.inputIds()).put(pair.segmentIds());
    ByteBuffer hash = ByteBuffer.wrap(Sha256.digest().digest(bytes.array()));
    return new Key(hash.getLong(), hash.getLong());
  }

  /** The pair's logit, null if it is not known. */
  public @Nullable Float get(Key key) {
    synchronized (logits) {
      return logits.get(key);
    }
  }

  public void put(Key key, float logit) {
    synchronized (logits) {
      logits.put(key, logit);
    }
  }

  /** Forgets everything. */
  public void clear() {
    synchronized (logits) {
      logits.clear();
    }
  }

  /** How many logits it holds. */
  int size() {
    synchronized (logits) {
      return logits.size();
    }
  }
}
