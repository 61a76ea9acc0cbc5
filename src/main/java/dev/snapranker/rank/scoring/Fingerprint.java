package dev.snapranker.rank.scoring;

import dev.snapranker.model.Manifest;
import dev.snapranker.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * A digest of what decides a model's logits: the bundle's files and head, and the bits of its
 * golden logits on this machine. The bits differ between kinds of processors and versions of ONNX
 * Runtime, which nothing else tells.
 */
final class Fingerprint {
  private Fingerprint() {}

  static String of(Manifest manifest, List<Float> goldenLogits) {
    StringBuilder text = new StringBuilder();
    text.append(manifest.id()).append('\n').append(manifest.revision()).append('\n');
    new TreeMap<>(manifest.files())
        .forEach((name, file) -> text.append(name).append(' ').append(file).append('\n'));
    text.append(manifest.head());
    goldenLogits.forEach(logit -> text.append('\n').append(Float.floatToRawIntBits(logit)));
    return HexFormat.of()
        .formatHex(Sha256.digest().digest(text.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
