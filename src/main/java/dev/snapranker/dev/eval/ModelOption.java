package dev.snapranker.dev.eval;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the bundle of a local run. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "ID",
      description =
          "a bundle in model-layer/models (default: the one of local runs). Example: --model snap-tiny")
  private @Nullable String model;

  /** This process's environment, with the bundle that was asked for. */
  public Map<String, String> environment() {
    return CollectionReranker.environment(model);
  }
}
