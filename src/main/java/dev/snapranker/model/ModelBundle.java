package dev.snapranker.model;

/** A model bundle: all but its graph, whose parts are read when they are asked for. */
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
   * One of the manifest's parts, checked against its size and SHA-256. The caller closes it, once
   * there is a session of it.
   */
  public FileContent part(String name) {
    return files.verified(name, manifest.file(name));
  }
}
