package dev.snapranker.model;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Resources that were opened during start-up. They are closed in reverse order, and a failure to
 * close one does not keep the others open.
 */
public final class Opened implements AutoCloseable {
  private final Deque<AutoCloseable> resources = new ArrayDeque<>(); // the last one first

  /** Takes over resources that were opened in this order. */
  public static Opened of(Collection<? extends AutoCloseable> resources) {
    Opened opened = new Opened();
    resources.forEach(opened::add);
    return opened;
  }

  /** Takes over a resource, and returns it. */
  public <T extends AutoCloseable> T add(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Closes all resources because the start failed. Adds failures to close to that failure. */
  public void closeAfter(Throwable failure) {
    closeAll(failure);
  }

  /** Closes all resources, then throws the first failure to close. */
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
      } catch (Throwable e) { // even after an Error, the others must be closed
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
