package dev.snapranker.score;

import dev.snapranker.model.Sha256;
import dev.snapranker.text.EncodedPair;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cache of logits. When it is full, it removes the least recently used entry. It contains no
 * texts and no tokens, only hashes of them. Thread-safe.
 */
public final class ScoreCache {
  /** A cache that stores nothing. */
  public static final ScoreCache OFF = new ScoreCache(0);

  /**
   * The size of an entry with key, value and its share of the table, by the JVM's object layout.
   */
  private static final int ENTRY_BYTES = 128;

  private final int capacity; // entries
  private final Map<Key, Float> logits;

  /**
   * @param bytes the most memory that the cache may use; 0 for none
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

  /** The first half of the SHA-256 of a model's name and a pair's tokens. */
  public record Key(long high, long low) {}

  /**
   * A pair's key.
   *
   * @param model the model's id and revision, because another revision gives other logits
   */
  public Key keyOf(String model, EncodedPair pair) {
    byte[] name = model.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(2 * Integer.BYTES + name.length + 2 * Long.BYTES * pair.tokens());
    bytes.putInt(name.length).put(name);
    bytes.putInt(pair.documentStart()); // a decoder reads what comes before in a run of its own
    bytes.asLongBuffer().put(pair.inputIds()).put(pair.segmentIds());
    ByteBuffer hash = ByteBuffer.wrap(Sha256.digest().digest(bytes.array()));
    return new Key(hash.getLong(), hash.getLong());
  }

  /** The pair's logit; null if it is not in the cache. */
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

  /** Removes all entries. */
  public void clear() {
    synchronized (logits) {
      logits.clear();
    }
  }

  /** The number of entries. */
  int size() {
    synchronized (logits) {
      return logits.size();
    }
  }
}
