package dev.snapranker.dev.bench;

import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Opened;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder with one model in the forms that the contestants need: {@code bundle/} in int8, {@code
 * fp32/}, and {@code stock/}, the export that other libraries can run. For those of Python also
 * {@code checkpoint/}.
 */
record Peers(Path folder) {
  private static final String STOCK = "stock";

  Peers {
    for (String bundle : List.of("bundle", "fp32", STOCK)) {
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

  /** This product on the stock export. */
  HandlerContestant ownOnStock(Opened opened) {
    return handler(opened, "snapranker, stock export", STOCK);
  }

  /** The libraries of Java. */
  List<Contestant> ofJava(Opened opened, Path file, List<BenchRequest> requests)
      throws IOException {
    List<Contestant> contestants = new ArrayList<>();
    for (JavaPeer peer : JavaPeer.values()) {
      List<String> command =
          List.of(
              ProcessHandle.current().info().command().orElse("java"),
              "-cp",
              System.getProperty("java.class.path"),
              LibraryWorker.class.getName(),
              peer.name(),
              folder.resolve(STOCK).toString(),
              file.toString());
      contestants.add(opened.add(new WorkerContestant(peer.label(), command, requests)));
    }
    return contestants;
  }

  /**
   * The libraries of Python whose packages are installed.
   *
   * @param python the interpreter
   */
  List<Contestant> ofPython(Opened opened, Path python, Path file, List<BenchRequest> requests)
      throws IOException {
    Path worker = LocalEnvironment.home().resolve("benchmarks").resolve("worker.py");
    List<String> command = List.of(python.toString(), worker.toString());
    List<Contestant> contestants = new ArrayList<>();
    for (String name : installed(command)) {
      List<String> started = new ArrayList<>(command);
      started.addAll(List.of(name, folder.toString(), file.toString()));
      contestants.add(opened.add(new WorkerContestant(name, started, requests)));
    }
    return contestants;
  }

  private static List<String> installed(List<String> worker) throws IOException {
    List<String> command = new ArrayList<>(worker);
    command.add("--list");
    Process listing = new ProcessBuilder(command).start();
    try (BufferedReader names = listing.inputReader()) {
      return names.lines().toList();
    }
  }

  private HandlerContestant handler(Opened opened, String name, String bundle) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("MODEL_DIR", folder.resolve(bundle).toString());
    return opened.add(
        new HandlerContestant(
            name, LocalEnvironment.settings(LocalEnvironment.home(), environment)));
  }
}
