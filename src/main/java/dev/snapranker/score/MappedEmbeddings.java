package dev.snapranker.score;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one file besides the graph's parts that may have weights. ONNX Runtime maps it. */
final class MappedEmbeddings {
  /**
   * Where ONNX Runtime finds the file that a graph names
   * (onnxruntime_session_options_config_keys.h).
   */
  private static final String FOLDER = "session.model_external_initializers_file_folder_path";

  private final Manifest manifest;
  private final @Nullable Path file;
  private boolean isUsed;

  /**
   * @param file the file that the manifest names as embeddings; null if it names none
   */
  MappedEmbeddings(Manifest manifest, @Nullable Path file) {
    this.manifest = manifest;
    this.file = file;
  }

  /**
   * Refuses a part with weights elsewhere. ONNX Runtime would read any other file without a
   * checksum, and any range without a check.
   *
   * @param name the part's file, for messages
   */
  void check(String name, ByteBuffer part) {
    for (ExternalTensor tensor : tensors(name, part)) {
      if (!tensor.isInitializer() || !tensor.location().equals(manifest.embeddings())) {
        throw new InvalidBundleException(
            "%s has weights in another file, '%s', which has no checksum; expected all weights in the graph, or as its initializers in the file that %s names as embeddings"
                .formatted(name, tensor.location(), Manifest.FILE));
      }
      if (!tensor.fits(bytes())) {
        throw new InvalidBundleException(
            "%s has weights in %s that are not there: %s; expected location, offset and length, and all bytes of the shape within the file's %d"
                .formatted(name, tensor.location(), tensor.description(), bytes()));
      }
      isUsed = true;
    }
  }

  private static List<ExternalTensor> tensors(String name, ByteBuffer part) {
    try {
      return ExternalTensors.find(part);
    } catch (IllegalArgumentException e) {
      throw new InvalidBundleException(name + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  private long bytes() {
    return Objects.requireNonNull(manifest.files().get(manifest.embeddings())).bytes();
  }

  /** Says to a session where the file is. */
  void addTo(OrtSession.SessionOptions options) throws OrtException {
    if (file != null) {
      options.addConfigEntry(FOLDER, String.valueOf(file.getParent()));
    }
  }

  /** Refuses a file in which no part has weights. */
  void requireUsed() {
    if (manifest.embeddings() != null && !isUsed) {
      throw new InvalidBundleException(
          "%s names %s as embeddings, but no part has weights there; expected only files that are used"
              .formatted(Manifest.FILE, manifest.embeddings()));
    }
  }
}
