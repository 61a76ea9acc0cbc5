package dev.snapranker.dev.cli;

import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The settings of a local run: the caller's environment, with local defaults. */
public final class LocalEnvironment {
  /** Set by the launcher. */
  private static final String HOME_PROPERTY = "snapranker.home";

  private LocalEnvironment() {}

  /** The product's folder, which the launcher found. */
  public static Path home() {
    return Path.of(Objects.requireNonNullElse(System.getProperty(HOME_PROPERTY), ""));
  }

  /**
   * The settings of a local run.
   *
   * @param home the product's folder
   */
  public static Settings settings(Path home, Map<String, String> environment) {
    Map<String, String> local = new HashMap<>(environment);
    local.values().removeIf(String::isBlank); // an empty variable counts as unset, as in Settings
    local.computeIfAbsent("MODEL_DIR", _ -> modelDir(home).toString());
    local.computeIfAbsent("NATIVE_DIR", _ -> nativeDir(home));
    local.putIfAbsent("METRICS_NAMESPACE", "none");
    return Settings.from(local);
  }

  private static Path modelDir(Path home) {
    Path layer = Path.of("/opt/model");
    return Files.isDirectory(layer) ? layer : defaultBundle(home);
  }

  /** The bundle that {@code model-layer/default-model} names. */
  private static Path defaultBundle(Path home) {
    Path modelLayer = home.resolve("model-layer");
    try {
      String id = Files.readString(modelLayer.resolve("default-model")).strip();
      return modelLayer.resolve("models").resolve(id);
    } catch (IOException e) {
      throw new UsageException(
          "no default model: %s/default-model cannot be read; run ./snapranker of a clone, or set"
                  .formatted(modelLayer)
              + " MODEL_DIR to a bundle's folder");
    }
  }

  /** The native libraries that the build extracted; only on Linux, other systems use the jars. */
  private static String nativeDir(Path home) {
    String architecture =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "arm64";
          default -> "none";
        };
    Path directory = home.resolve("target").resolve("native").resolve(architecture);
    boolean linux = System.getProperty("os.name").equals("Linux");
    return linux && Files.isDirectory(directory) ? directory.toString() : "";
  }
}
