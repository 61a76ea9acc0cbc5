package dev.snapranker.boot;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Sets the location of the native libraries, and disables DJL's usage reports. */
final class Natives {
  private Natives() {}

  /**
   * Sets the system properties. This must happen before a class of DJL or ONNX Runtime is loaded,
   * because both read the properties only once.
   */
  static void configure(@Nullable Path nativeDir) {
    // Without this property, DJL asks EC2's metadata service about the instance and reports it.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    if (nativeDir == null) {
      // DJL's default is the home directory, which Lambda cannot write to.
      String temporary = System.getProperty("java.io.tmpdir");
      System.setProperty("ENGINE_CACHE_DIR", Path.of(temporary, "snapranker-djl").toString());
      return;
    }
    Path tokenizers = library(nativeDir, "tokenizers");
    library(nativeDir, "onnxruntime");
    library(nativeDir, "onnxruntime4j_jni");
    System.setProperty("RUST_LIBRARY_PATH", tokenizers.toString());
    System.setProperty("onnxruntime.native.path", nativeDir.toAbsolutePath().toString());
  }

  private static Path library(Path nativeDir, String name) {
    Path file = nativeDir.resolve(System.mapLibraryName(name)).toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "%s is '%s', which has no %s; expected the directory of the native libraries,"
                  .formatted(Settings.NATIVE_DIR.variable(), nativeDir, file.getFileName())
              + " or an empty value");
    }
    return file;
  }
}
