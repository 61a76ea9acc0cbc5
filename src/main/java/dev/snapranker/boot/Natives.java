package dev.snapranker.boot;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Says where the native libraries lie, and switches off what would phone home. */
final class Natives {
  private Natives() {}

  /**
   * Must run before the first class of DJL or ONNX Runtime is loaded: both read these properties
   * once.
   */
  static void configure(@Nullable Path nativeDir) {
    // DJL asks EC2's metadata service for its instance and reports it, unless this property says
    // not to.
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
          "%s is '%s', which has no %s; expected the directory that holds the native libraries,"
                  .formatted(Settings.NATIVE_DIR.variable(), nativeDir, file.getFileName())
              + " or an empty value");
    }
    return file;
  }
}
