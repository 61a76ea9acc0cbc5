package dev.snapranker;

import dev.snapranker.model.Head;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.FileSpec;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.model.Manifest.Inputs;
import dev.snapranker.model.PairTemplate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The manifest of a small BERT with one logit, of which a test sets what it is about. */
public final class TinyManifest {
  private String id = "tiny";
  private final Map<String, FileSpec> files = new TreeMap<>();
  private List<String> parts = List.of(Manifest.MODEL);
  private Inputs inputs = new Inputs("ids", null, null);
  private String output = "logits";
  private int maxTokens = 32;
  private Head head = new Head.SingleLogit();
  private @Nullable String embeddings;

  public TinyManifest() {
    vocabulary("");
  }

  public TinyManifest id(String value) {
    id = value;
    return this;
  }

  /** Sets the tokenizer's checksum. */
  public TinyManifest vocabulary(String sha256) {
    files.put(Manifest.TOKENIZER, new FileSpec(1, sha256));
    return this;
  }

  public TinyManifest parts(List<String> names) {
    parts = names;
    return this;
  }

  public TinyManifest inputs(Inputs names) {
    inputs = names;
    return this;
  }

  public TinyManifest output(String name) {
    output = name;
    return this;
  }

  public TinyManifest maxTokens(int value) {
    maxTokens = value;
    return this;
  }

  public TinyManifest head(Head value) {
    head = value;
    return this;
  }

  /** Lists a file of this size, which need not be the graph's embeddings. */
  public TinyManifest file(String name, long bytes) {
    files.put(name, new FileSpec(bytes, ""));
    return this;
  }

  public TinyManifest embeddings(@Nullable String name) {
    embeddings = name;
    return this;
  }

  public Manifest build() {
    parts.forEach(part -> files.put(part, new FileSpec(1, "")));
    return new Manifest(
        1,
        id,
        "r1",
        "MIT",
        "bert",
        files,
        parts,
        inputs,
        output,
        new PairTemplate.Bert(101, 102, List.of(0, 1)),
        maxTokens,
        head,
        Manifest.Activation.SIGMOID,
        List.of(new GoldenPair("q", "d", 0, 1)),
        List.of(),
        null,
        null,
        null,
        null,
        embeddings);
  }
}
