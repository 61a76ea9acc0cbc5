package dev.snapranker.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of weights for learned fusion, which {@code ./snapranker fit-fusion} writes.
 *
 * @param model the id of the model whose logits the weights are for
 * @param revision the model's revision
 */
public record FusionFile(String model, String revision, FusionWeights weights) {

  /** Reads a file; throws an {@link InvalidBundleException} that says what is wrong with it. */
  public static FusionFile read(Path file) {
    try {
      byte[] content = RegularFile.read(file, Manifest.MAX_BYTES);
      return BundleJson.convert(
          file.toString(), BundleJson.parse(file.toString(), content), FusionFile.class);
    } catch (IOException e) {
      throw new InvalidBundleException(file + " cannot be read: " + RegularFile.problem(e), e);
    }
  }

  /** The file's content. */
  public String json() {
    try {
      return BundleJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of strings and numbers can be written as JSON", e);
    }
  }
}
