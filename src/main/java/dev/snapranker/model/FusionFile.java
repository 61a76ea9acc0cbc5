package dev.snapranker.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Weights for fusion in a file of their own, as {@code ./snapranker fit-fusion} writes it.
 *
 * @param model the id of the model whose logits they are for
 * @param revision its revision
 */
public record FusionFile(String model, String revision, FusionWeights weights) {

  /** Reads one, or throws what is wrong with it. */
  public static FusionFile read(Path file) {
    try {
      return BundleJson.MAPPER.readValue(
          RegularFile.read(file, Manifest.MAX_BYTES), FusionFile.class);
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(file + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidBundleException(file + " cannot be read: " + RegularFile.problem(e), e);
    }
  }

  /** Its JSON. */
  public String json() {
    try {
      return BundleJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of strings and numbers has JSON", e);
    }
  }
}
