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
 * Writes an output of a job, part by part. Parts are cut by size after a whole line, so the same
 * lines always give the same parts. An output that is smaller than a part is put at once.
 */
final class Output {
  private final WritableStore store;
  private final Place object;
  private @Nullable String upload;
  private @Nullable String digest; // of the object in the store, as far as this job knows
  private @Nullable String etag; // of the object when this run took its digest
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

  /** Uploads what is left, because no more lines come. */
  void finish() {
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

  /** Makes the object; may be repeated. */
  void commit() {
    if (upload == null) {
      store.put(object, tail.toByteArray());
    } else if (!store.uploads().commit(object, upload, parts)) {
      throw gone();
    }
  }

  /** Removes what killed runs left. */
  void discardLeftovers() {
    store.uploads().discardLeftovers(object, upload);
  }

  /** Removes the upload, once its object is made. */
  void discard() {
    if (upload != null) {
      store.uploads().discard(object, upload);
    }
  }

  private StartOverException gone() {
    return new StartOverException("the upload of %s is gone".formatted(object), upload);
  }

  /** What a later run needs to continue. */
  State state() {
    return new State(
        object.name(), upload, List.copyOf(parts), tail.toByteArray(), digestInStore());
  }

  /** The state after the commit. It keeps the upload's name until the upload is discarded. */
  State committed() {
    return new State(object.name(), upload, List.of(), new byte[0], store.digest(object));
  }

  /**
   * The digest of the object in the store. An object of somebody else stopped the run at its start,
   * so an object that appears later is of another run of the same job.
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
   * An output in a checkpoint.
   *
   * @param name of the object in its folder
   * @param upload null while there is no part
   * @param parts as the store calls them
   * @param tail lines that are not in a part yet
   * @param digest of what this job committed, perhaps in an earlier run; null until then
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

    /** From JSON, which has the tail's length alone; {@link Checkpoint#parse} fills the tail. */
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
