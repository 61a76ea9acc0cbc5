package dev.snapranker.model;

import dev.snapranker.store.Download;
import dev.snapranker.store.Place;
import dev.snapranker.store.ObjectStore;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A bundle under a prefix in S3.
 *
 * @param limit how long one file may take
 */
record S3Files(ObjectStore store, S3Source source, Duration limit) implements BundleFiles {
  @Override
  public byte[] manifest() {
    return Download.small(
        store, object(Manifest.FILE, source.manifestVersion()), Manifest.MOST_BYTES, limit);
  }

  @Override
  public ByteBuffer read(String name, long bytes, MessageDigest digest, Arena arena) {
    ByteBuffer content = arena.allocate(bytes).asByteBuffer();
    Download.into(content, store, object(name, null), limit, digest::update);
    return content.asReadOnlyBuffer();
  }

  @Override
  public String nameOf(String file) {
    return object(file, null).toString();
  }

  private Place object(String file, @Nullable String version) {
    return new Place(source.bucket(), source.key(file), version);
  }
}
