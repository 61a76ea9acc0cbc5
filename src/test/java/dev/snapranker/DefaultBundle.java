package dev.snapranker;

import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The bundle that comes with the product, and one handler on it for all tests. */
public final class DefaultBundle {
  private DefaultBundle() {}

  public static Path directory() {
    try {
      String id = Files.readString(Path.of("model-layer", "default-model")).strip();
      return Path.of("model-layer", "models", id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The environment as in Lambda: bundle and natives in directories of their own. */
  public static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("MODEL_DIR", directory().toString());
    environment.put("NATIVE_DIR", nativeDir());
    environment.put("METRICS_NAMESPACE", "none");
    return environment;
  }

  public static Settings settings() {
    return Settings.from(environment());
  }

  public static RerankHandler handler() {
    return Shared.HANDLER;
  }

  /** The folder of this machine's native libraries in the build; empty if there is none. */
  public static String nativeDir() {
    String architecture = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "arm64";
    Path directory = Path.of("target", "native", architecture);
    boolean usable = System.getProperty("os.name").equals("Linux") && Files.isDirectory(directory);
    return usable ? directory.toString() : "";
  }

  private static final class Shared {
    static final RerankHandler HANDLER = new RerankHandler(settings());
  }
}
