package dev.snapranker.model;

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
   * Reads one of the graph's parts, and checks its size and SHA-256. The caller closes the content
   * after creating a session from it.
   */
  public FileContent part(String name) {
    return files.readVerified(name, manifest.file(name));
  }
}
