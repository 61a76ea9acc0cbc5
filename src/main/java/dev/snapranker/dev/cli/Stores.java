package dev.snapranker.dev.cli;

import dev.snapranker.store.FileStore;
import dev.snapranker.store.ObjectRef;
import dev.snapranker.store.S3ObjectStore;
import dev.snapranker.store.WritableStore;
import org.jspecify.annotations.Nullable;

/** Files, and S3 as soon as it is asked for. */
final class Stores implements AutoCloseable {
  private final FileStore files = new FileStore();
  private @Nullable S3ObjectStore s3;

  static ObjectRef parse(String place) {
    try {
      return ObjectRef.parse(place);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  WritableStore of(ObjectRef object) {
    if (object.bucket().isEmpty()) {
      return files;
    }
    if (s3 == null) {
      s3 = new S3ObjectStore();
    }
    return s3;
  }

  /** The one that both are in. */
  WritableStore between(ObjectRef from, ObjectRef to) {
    if (from.bucket().isEmpty() != to.bucket().isEmpty()) {
      throw new UsageException("--input and --output must both be files, or both in S3");
    }
    return of(from);
  }

  @Override
  public void close() {
    if (s3 != null) {
      s3.close();
    }
  }
}
