package dev.snapranker.model;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Resources that a start has opened. They are closed in reverse order, each of them even if another
 * one fails to close.
 */
public final class Opened implements AutoCloseable {
  private final Deque<AutoCloseable> resources = new ArrayDeque<>(); // the last one first

  /** These resources, opened in their order. */
  public static Opened of(Collection<? extends AutoCloseable> resources) {
    Opened opened = new Opened();
    resources.forEach(opened::add);
    return opened;
  }

  /** Takes over a resource, and gives it back. */
  public <T extends AutoCloseable> T add(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Closes all because the start failed. A failure to close is added to the start's failure. */
  public void closeAfter(Throwable failure) {
    closeAll(failure);
  }

  /** Throws the first failure to close, after all the others were closed. */
  @Override
  public void close() {
    switch (closeAll(null)) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("a resource did not close", e);
    }
  }

  private @Nullable Throwable closeAll(@Nullable Throwable before) {
    Throwable failure = before;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Throwable e) { // whatever it is, the others are still open
        if (failure == null) {
          failure = e;
        } else if (!failure.equals(e)) { // an exception cannot suppress itself
          failure.addSuppressed(e);
        }
      }
    }
    return failure;
  }
}
