package dev.snapranker.score;

import dev.snapranker.text.EncodedPair;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A query that is open at a decoder. The first thread that needs the query's keys and values
 * computes them, and the others wait for it.
 */
final class DecoderQuery implements QueryScorer {
  private final Decoder decoder;
  private final long[] query;
  private final Runnable release;
  private final ReadWriteLock lock = new ReentrantReadWriteLock(); // scoring reads, closing writes
  private volatile @Nullable KeyValues past; // null until the first pair
  private boolean closed;

  /**
   * @param query the tokens between the template's first tokens and the document
   * @param release gives back the room for the keys and values
   */
  DecoderQuery(Decoder decoder, long[] query, Runnable release) {
    this.decoder = decoder;
    this.query = query;
    this.release = release;
  }

  @Override
  public int tokensToPrepare() {
    return past == null ? query.length : 0;
  }

  @Override
  public int prepare() {
    if (past != null) {
      return 0;
    }
    lock.writeLock().lock();
    try {
      if (past != null) {
        return 0;
      }
      requireOpen();
      past = decoder.read(query);
      return query.length;
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public int tokens(EncodedPair pair) {
    return pair.tokens() - pair.documentStart();
  }

  @Override
  public float logit(EncodedPair pair) {
    prepare();
    lock.readLock().lock();
    try {
      requireOpen();
      return decoder.logit(Objects.requireNonNull(past), pair);
    } finally {
      lock.readLock().unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the query is closed");
    }
  }

  /**
   * Waits for the pairs that are being scored, because they use the keys and values. There are such
   * pairs only if the request was interrupted.
   */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (past != null) {
        past.close();
      }
      release.run();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
