package dev.snapranker.dev.bench;

import ai.djl.MalformedModelException;
import ai.djl.repository.zoo.ModelNotFoundException;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A folder with one model in the forms that the contestants need: {@code bundle/} in int8, {@code
 * fp32/}, and {@code stock/}, the export that other libraries can run. For those of Python also
 * {@code checkpoint/}.
 */
record Peers(Path folder) {
  private static final Path WORKER = Path.of("benchmarks", "worker.py");

  Peers {
    for (String bundle : List.of("bundle", "fp32", "stock")) {
      Path manifest = folder.resolve(bundle).resolve(Manifest.FILE);
      if (!Files.isRegularFile(manifest)) {
        throw new UsageException(
            "%s is missing; expected the bundles bundle/, fp32/ and stock/ of one model in --peers (docs/benchmarks.md says how to make them)"
                .formatted(manifest));
      }
    }
  }

  /** This product in int8, on the compiled graph. */
  HandlerContestant own(Opened opened) {
    return handler(opened, "snapranker", "bundle");
  }

  /** The same weights in fp32, with which the others are compared. */
  HandlerContestant reference(Opened opened) {
    return handler(opened, "snapranker, fp32", "fp32");
  }

  /**
   * All others. DJL must be the first in this process to load ONNX Runtime, because it does so with
   * settings of its own.
   *
   * @param python the interpreter whose packages compete; null for none
   * @param file the requests
   */
  List<Contestant> others(
      Opened opened, @Nullable Path python, Path file, List<BenchRequest> requests)
      throws IOException {
    Path stock = folder.resolve("stock");
    List<Contestant> others = new ArrayList<>();
    others.add(opened.add(djl(stock)));
    others.add(handler(opened, "snapranker, stock export", "stock"));
    others.add(opened.add(new LangChain4jContestant(stock)));
    if (python != null) {
      Path worker = LocalEnvironment.home().resolve(WORKER);
      for (String name : WorkerContestant.installed(python, worker)) {
        others.add(opened.add(new WorkerContestant(python, worker, name, folder, file, requests)));
      }
    }
    return others;
  }

  private HandlerContestant handler(Opened opened, String name, String bundle) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("MODEL_DIR", folder.resolve(bundle).toString());
    return opened.add(
        new HandlerContestant(
            name, LocalEnvironment.settings(LocalEnvironment.home(), environment)));
  }

  private static DjlContestant djl(Path stock) throws IOException {
    try {
      return new DjlContestant(stock);
    } catch (MalformedModelException | ModelNotFoundException e) {
      throw new UsageException("DJL cannot load " + stock + ": " + e.getMessage());
    }
  }
}
