package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.text.EncodedPair;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScoreCacheTest {

  @Test
  void anythingThatTheModelWouldSeeIsPartOfTheKey() {
    ScoreCache cache = new ScoreCache(1 << 20);
    ScoreCache.Key key = cache.keyOf("m r1", pair(1, 2, 3));
    assertThat(cache.keyOf("m r1", pair(1, 2, 3))).isEqualTo(key);
    assertThat(cache.keyOf("m r2", pair(1, 2, 3))).isNotEqualTo(key);
    assertThat(cache.keyOf("m r1", pair(1, 2, 4))).isNotEqualTo(key);
    assertThat(cache.keyOf("m r1", pair(1, 2))).isNotEqualTo(key);
    long[] ids = {1, 2, 3};
    assertThat(cache.keyOf("m r1", new EncodedPair(ids, new long[] {0, 0, 1}, 0)))
        .isNotEqualTo(key);
    assertThat(cache.keyOf("m r1", new EncodedPair(ids, new long[3], 1))).isNotEqualTo(key);
  }

  @Test
  void theLeastRecentlyUsedEntryIsRemovedFirst() {
    ScoreCache cache = new ScoreCache(3 * 128 + 127);
    ScoreCache.Key[] keys =
        IntStream.range(0, 4)
            .mapToObj(i -> cache.keyOf("m", pair(i)))
            .toArray(ScoreCache.Key[]::new);
    for (int i = 0; i < 3; i++) {
      cache.put(keys[i], i);
    }
    assertThat(cache.get(keys[0])).isEqualTo(0f);
    cache.put(keys[3], 3);
    assertThat(cache.size()).isEqualTo(3);
    assertThat(cache.get(keys[1])).isNull();
    assertThat(cache.get(keys[0])).isEqualTo(0f);
    cache.clear();
    assertThat(cache.get(keys[0])).isNull();
  }

  @Test
  void withoutRoomNothingIsKept() {
    assertThat(ScoreCache.OFF.isOff()).isTrue();
    assertThat(new ScoreCache(128).isOff()).isFalse();
    ScoreCache.Key key = ScoreCache.OFF.keyOf("m", pair(1));
    ScoreCache.OFF.put(key, 1);
    assertThat(ScoreCache.OFF.get(key)).isNull();
  }

  @Test
  void manyThreadsReadWhatOneWrote() {
    ScoreCache cache = new ScoreCache(200 * 128);
    IntStream.range(0, 100_000)
        .parallel()
        .forEach(i -> {
          int id = new Random(i).nextInt(400);
          ScoreCache.Key key = cache.keyOf("m", pair(id));
          Float known = cache.get(key);
          if (known != null && known != id) {
            throw new AssertionError(id + " was " + known);
          }
          cache.put(key, id);
        });
    assertThat(cache.size()).isEqualTo(200);
  }

  private static EncodedPair pair(long... ids) {
    return new EncodedPair(ids, new long[ids.length], 0);
  }
}
