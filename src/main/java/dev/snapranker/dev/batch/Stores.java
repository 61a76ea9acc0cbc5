package dev.snapranker.dev.batch;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.store.FileStore;
import dev.snapranker.store.Place;
import dev.snapranker.store.S3ObjectStore;
import dev.snapranker.store.WritableStore;
import org.jspecify.annotations.Nullable;

/** Opens the stores that a command needs: files, and S3 on first use. */
final class Stores implements AutoCloseable {
  private final FileStore files = new FileStore();
  private @Nullable S3ObjectStore s3;

  static Place parse(String place) {
    try {
      return Place.parse(place);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  WritableStore files() {
    return files;
  }

  WritableStore of(Place place) {
    return switch (place) {
      case Place.File _ -> files;
      case Place.S3Object _ -> s3();
    };
  }

  private S3ObjectStore s3() {
    if (s3 == null) {
      s3 = new S3ObjectStore();
    }
    return s3;
  }

  /** The store of both locations, which must be the same. */
  WritableStore ofBoth(Place from, Place to) {
    if (!from.getClass().equals(to.getClass())) {
      throw new UsageException(
          "--input and --output must both be files, or both in S3; copy one of them first");
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
