package dev.snapranker.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.snapranker.store.Place;
import dev.snapranker.store.Uploads;
import dev.snapranker.store.WritableStore;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an output of a job in parts. A part is complete when it has the smallest allowed size at
 * the end of a line, so the same lines always give the same parts. An output smaller than a part is
 * written in one request.
 */
final class Output {
  private final WritableStore store;
  private final Place object;
  private @Nullable String upload;
  private @Nullable String digest; // of the object that this job last wrote or found
  private @Nullable String etag; // of the object when this run computed the digest
  private final List<String> parts;
  private final ByteArrayOutputStream tail = new ByteArrayOutputStream();

  Output(WritableStore store, Place object) {
    this(store, object, State.withoutUpload(object.name(), null));
  }

  /** Continues an output where an earlier run stopped. */
  Output(WritableStore store, Place object, State state) {
    this.store = store;
    this.object = object;
    this.upload = state.upload;
    this.digest = state.digest;
    this.parts = new ArrayList<>(state.parts);
    this.tail.writeBytes(state.tail);
  }

  Place object() {
    return object;
  }

  /** Adds lines; returns whether a part was uploaded. */
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

  /** Uploads the rest after the last line. */
  void finish() {
    if (upload != null && tail.size() > 0) {
      uploadTail(upload);
    }
  }

  private void uploadTail(String to) {
    String part = store.uploads().add(object, to, parts.size() + 1, tail.toByteArray());
    if (part == null) {
      throw lostUpload();
    }
    parts.add(part);
    tail.reset();
  }

  /** Makes the object. May be repeated. */
  void commit() {
    if (upload == null) {
      store.put(object, tail.toByteArray());
    } else if (!store.uploads().commit(object, upload, parts)) {
      throw lostUpload();
    }
  }

  /** Removes the uploads of killed runs. */
  void discardLeftovers() {
    store.uploads().discardLeftovers(object, upload);
  }

  /** Removes the upload after its object was made. */
  void discard() {
    if (upload != null) {
      store.uploads().discard(object, upload);
    }
  }

  private StartOverException lostUpload() {
    return new StartOverException("the upload of %s no longer exists".formatted(object), upload);
  }

  /** The state from which a later run continues. */
  State state() {
    return new State(
        object.name(), upload, List.copyOf(parts), tail.toByteArray(), digestInStore());
  }

  /** The state after the commit. It keeps the upload's name until the upload is discarded. */
  State committed() {
    return new State(object.name(), upload, List.of(), new byte[0], store.digest(object));
  }

  /**
   * The digest of the object in the store. Another job's object would have stopped this run at its
   * start, so an object that appears later was written by another run of the same job.
   */
  private @Nullable String digestInStore() {
    WritableStore.Stat stat = store.stat(object);
    if (stat != null && !stat.etag().equals(etag)) {
      digest = store.digest(object);
      etag = stat.etag();
    }
    return digest;
  }

  /**
   * The state of an output in a checkpoint.
   *
   * @param name the object's name in its folder
   * @param upload the upload's name; null while there is no part
   * @param parts the store's tags of the parts
   * @param tail the lines that are not in a part yet
   * @param digest the digest of the object that this job committed, perhaps in an earlier run; null
   *     until then
   */
  @JsonPropertyOrder({"name", "upload", "parts", "tail_bytes", "digest"})
  @JsonIncludeProperties({"name", "upload", "parts", "tail_bytes", "digest"})
  @SuppressWarnings("ArrayRecordComponent") // is never compared
  record State(
      String name,
      @Nullable String upload,
      List<String> parts,
      byte[] tail,
      @Nullable String digest) {

    static State withoutUpload(String name, @Nullable String digest) {
      return new State(name, null, List.of(), new byte[0], digest);
    }

    /** Reads JSON, which has only the tail's length; {@link Checkpoint#parse} fills the tail. */
    @JsonCreator
    static State ofJson(
        @JsonProperty("name") String name,
        @JsonProperty("upload") @Nullable String upload,
        @JsonProperty("parts") List<String> parts,
        @JsonProperty("tail_bytes") int tailBytes,
        @JsonProperty("digest") @Nullable String digest) {
      return new State(name, upload, parts, new byte[tailBytes], digest);
    }

    @JsonProperty("tail_bytes")
    int tailBytes() {
      return tail.length;
    }
  }
}
