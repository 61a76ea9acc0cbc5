package dev.snapranker.model;

import org.jspecify.annotations.Nullable;

/** A model bundle. The parts of its graph are read only when needed. */
public final class ModelBundle {
  private final Manifest manifest;
  private final String tokenizerJson;
  private final BundleFiles files;

  ModelBundle(Manifest manifest, String tokenizerJson, BundleFiles files) {
    this.manifest = manifest;
    this.tokenizerJson = tokenizerJson;
    this.files = files;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** The content of {@code tokenizer.json}. */
  public String tokenizerJson() {
    return tokenizerJson;
  }

  /**
   * The file with the graph's embeddings, whose size and SHA-256 were checked; null if all weights
   * are in the graph. The caller closes it after creating the sessions.
   */
  public @Nullable EmbeddingsFile embeddings() {
    String name = manifest.embeddings();
    return name == null ? null : files.onDisk(name, manifest.file(name));
  }

  /**
   * Reads one of the graph's parts, and checks its size and SHA-256. The caller closes the content
   * after creating a session from it.
   */
  public FileContent part(String name) {
    return files.readVerified(name, manifest.file(name));
  }
}
