package dev.snapranker.dev.runtime;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The function's package, laid out like {@code sam build} does it, in a folder that is deleted on
 * close.
 *
 * @param folder the folder with everything except the model
 * @param model the bundle's directory
 * @param java the Java that runs the function
 */
record LambdaPackage(Path folder, Path model, Path java) implements AutoCloseable {
  private static final String ARM = "arm64";

  /**
   * Lays the package out for this machine.
   *
   * @param home the product's folder, with a finished build
   */
  static LambdaPackage layOut(Path home, Path model) throws IOException, InterruptedException {
    boolean x86 = System.getProperty("os.arch").equals("amd64");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return layOut(home, model, x86 ? "x86_64" : ARM, java);
  }

  /** Lays the package out for Arm processors; {@code java} may be an emulated one. */
  static LambdaPackage layOutForArm(Path home, Path model, Path java)
      throws IOException, InterruptedException {
    return layOut(home, model, ARM, java);
  }

  private static LambdaPackage layOut(Path home, Path model, String architecture, Path java)
      throws IOException, InterruptedException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new UsageException(
          "this command needs Linux, because Lambda's runtime interface client runs only there");
    }
    Path folder = Files.createTempDirectory(home.resolve("target").toAbsolutePath(), "lambda-");
    LambdaPackage laidOut = new LambdaPackage(folder, model.toAbsolutePath(), java);
    try {
      laidOut.fill(home, architecture);
      return laidOut;
    } catch (Throwable e) {
      Opened.of(List.of(laidOut)).closeAfter(e);
      throw e;
    }
  }

  private void fill(Path home, String architecture) throws IOException, InterruptedException {
    Files.createDirectory(temporary());
    Process script =
        new ProcessBuilder(
                "sh",
                home.resolve("packaging").resolve("lay-out.sh").toString(),
                architecture,
                root().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (script.waitFor() != 0) {
      throw new UsageException(output.strip());
    }
    String processor = architecture.equals(ARM) ? "aarch_64" : architecture;
    String library = "/jni/libaws-lambda-jni.linux-" + processor + ".so";
    try (InputStream in = AWSLambda.class.getResourceAsStream(library)) {
      Files.copy(Objects.requireNonNull(in, library), runtimeLibrary());
    }
  }

  /** {@code /var/task}. */
  Path root() {
    return folder.resolve("task");
  }

  /** {@code /tmp}. */
  Path temporary() {
    return folder.resolve("tmp");
  }

  /** The runtime client's native library, which Lambda provides. */
  Path runtimeLibrary() {
    return folder.resolve("libaws-lambda-jni.so");
  }

  /** Deletes the folder. May be called twice, even at the same time. */
  @Override
  public void close() throws IOException {
    while (Files.exists(folder)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (NoSuchFileException | UncheckedIOException e) {
        // The other call deleted the file first; look again.
      }
    }
  }
}
