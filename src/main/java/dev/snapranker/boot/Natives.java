package dev.snapranker.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The native libraries of the tokenizer and of ONNX Runtime.
 *
 * @param folder where they are; null to extract them from the jars
 */
record Natives(@Nullable Path folder) {
  private static final String TEMPORARY =
      "that the folder for temporary files, java.io.tmpdir, can be written";

  /**
   * Sets the location of the native libraries, and disables DJL's usage reports. This must happen
   * before a class of DJL or ONNX Runtime is loaded, because both read the system properties only
   * once.
   */
  static Natives configure(@Nullable Path folder) {
    // Without this property, DJL asks EC2's metadata service about the instance and reports it.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    if (folder == null) {
      // DJL's default is the home directory, which Lambda cannot write to.
      String temporary = System.getProperty("java.io.tmpdir");
      System.setProperty("ENGINE_CACHE_DIR", Path.of(temporary, "snapranker-djl").toString());
      return new Natives(null);
    }
    Path tokenizers = library(folder, "tokenizers");
    library(folder, "onnxruntime");
    library(folder, "onnxruntime4j_jni");
    System.setProperty("RUST_LIBRARY_PATH", tokenizers.toString());
    System.setProperty("onnxruntime.native.path", folder.toAbsolutePath().toString());
    return new Natives(folder);
  }

  private static Path library(Path folder, String name) {
    Path file = folder.resolve(System.mapLibraryName(name)).toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "%s is '%s', which has no %s; expected the directory of the native libraries,"
                  .formatted(Settings.NATIVE_DIR.variable(), folder, file.getFileName())
              + " or an empty value");
    }
    return file;
  }

  /** Loads a library; throws an exception that says what to do if it cannot be used here. */
  void load(Runnable library) {
    try {
      library.run();
    } catch (LinkageError | RuntimeException e) {
      Throwable cause = rootCause(e);
      String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      throw new IllegalArgumentException(
          "%s on %s, %s: %s; expected %s"
              .formatted(
                  failure(),
                  System.getProperty("os.name"),
                  architecture(),
                  message,
                  cause instanceof IOException ? TEMPORARY : libraryToTake()),
          e);
    }
  }

  private String failure() {
    return folder == null
        ? "the native libraries in the jars cannot be loaded"
        : "%s is '%s', whose libraries cannot be loaded"
            .formatted(Settings.NATIVE_DIR.variable(), folder);
  }

  private String libraryToTake() {
    return folder == null
        ? "Linux with glibc on x86_64 or arm64, macOS on arm64 or Windows on x86_64"
        : "the package for %s: give Architecture=%1$s to sam build and sam deploy, or, outside of Lambda, set %s to the libraries of this machine"
            .formatted(architecture(), Settings.NATIVE_DIR.variable());
  }

  /** The processor's name in template.yaml. */
  private static String architecture() {
    String name = System.getProperty("os.arch");
    return switch (name) {
      case "amd64" -> "x86_64";
      case "aarch64" -> "arm64";
      default -> name;
    };
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
