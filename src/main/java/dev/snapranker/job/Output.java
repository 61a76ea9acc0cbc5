package dev.snapranker.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.snapranker.store.Place;
import dev.snapranker.store.Uploads;
import dev.snapranker.store.WritableStore;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object on its way into the store, part by part. Parts are cut by size after a whole line, so
 * the same lines always give the same parts. What is smaller than a part is put at once.
 */
final class Output {
  private final WritableStore store;
  private final Place object;
  private @Nullable String upload;
  private @Nullable String digest; // of what lies at its place, as far as this job knows
  private @Nullable String etag; // of what the digest was taken of in this run
  private final List<String> parts;
  private final ByteArrayOutputStream tail = new ByteArrayOutputStream();

  Output(WritableStore store, Place object) {
    this(store, object, State.none(object.name()), new byte[0]);
  }

  /**
   * @param tail what is not in a part yet
   */
  Output(WritableStore store, Place object, State state, byte[] tail) {
    this.store = store;
    this.object = object;
    this.upload = state.upload;
    this.digest = state.digest;
    this.parts = new ArrayList<>(state.parts);
    this.tail.writeBytes(tail);
  }

  Place object() {
    return object;
  }

  /** Whether a part was uploaded. */
  boolean append(byte[] lines) {
    tail.writeBytes(lines);
    if (tail.size() < Uploads.LEAST_PART_BYTES) {
      return false;
    }
    if (upload == null) {
      upload = store.uploads().begin(object);
    }
    uploadTail(upload);
    return true;
  }

  /** Nothing more is appended. */
  void end() {
    if (upload != null && tail.size() > 0) {
      uploadTail(upload);
    }
  }

  private void uploadTail(String to) {
    String part = store.uploads().add(object, to, parts.size() + 1, tail.toByteArray());
    if (part == null) {
      throw gone();
    }
    parts.add(part);
    tail.reset();
  }

  /** Makes the object; may be done again. */
  void commit() {
    if (upload == null) {
      store.put(object, tail.toByteArray());
    } else if (!store.uploads().commit(object, upload, parts)) {
      throw gone();
    }
  }

  /** Those that killed runs left. */
  void discardLeftovers() {
    store.uploads().discardLeftovers(object, upload);
  }

  void discard() {
    if (upload != null) {
      store.uploads().discard(object, upload);
    }
  }

  private StartOverException gone() {
    return new StartOverException("the upload of %s is gone".formatted(object), upload);
  }

  State state() {
    return new State(object.name(), upload, List.copyOf(parts), tail.size(), present());
  }

  /**
   * The digest of what lies at the object's place. What was not this job's ended the run at its
   * start: what appears later is that of another run of the same job.
   */
  private @Nullable String present() {
    WritableStore.Stat stat = store.stat(object);
    if (stat != null && !stat.etag().equals(etag)) {
      digest = store.digest(object);
      etag = stat.etag();
    }
    return digest;
  }

  /** Of what was committed no content is kept, but the upload's name until it is discarded. */
  State done() {
    return new State(object.name(), upload, List.of(), 0, store.digest(object));
  }

  byte[] tail() {
    return tail.toByteArray();
  }

  /**
   * What it takes to go on.
   *
   * @param name of the object in its folder
   * @param upload null while there is no part
   * @param parts as the store calls them
   * @param tailBytes what is not in a part yet
   * @param digest of what this job committed, if by an earlier run; null until then
   */
  record State(
      @JsonProperty("name") String name,
      @JsonProperty("upload") @Nullable String upload,
      @JsonProperty("parts") List<String> parts,
      @JsonProperty("tail_bytes") int tailBytes,
      @JsonProperty("digest") @Nullable String digest) {

    static State none(String name) {
      return done(name, null);
    }

    static State done(String name, @Nullable String digest) {
      return new State(name, null, List.of(), 0, digest);
    }
  }
}
