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
  private static final String CHECKPOINT = "checkpoint";

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

  /**
   * The libraries of Java.
   *
   * @param file where the requests come from
   */
  List<Peer> ofJava(Path file) {
    List<Peer> peers = new ArrayList<>();
    for (JavaPeer peer : JavaPeer.values()) {
      peers.add(
          new Peer(
              peer.label(),
              List.of(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  LibraryWorker.class.getName(),
                  peer.name(),
                  folder.resolve(STOCK).toString(),
                  file.toString())));
    }
    return peers;
  }

  /**
   * The libraries of Python whose packages are installed.
   *
   * @param python the interpreter
   * @param file where the requests come from
   */
  List<Peer> ofPython(Path python, Path file) throws InterruptedException {
    Path checkpoint = folder.resolve(CHECKPOINT);
    if (!Files.isDirectory(checkpoint)) {
      throw new UsageException(
          "%s is missing; expected the model's checkpoint in --peers for --python (docs/benchmarks.md says how to make it)"
              .formatted(checkpoint));
    }
    String worker = LocalEnvironment.home().resolve("benchmarks").resolve("worker.py").toString();
    List<Peer> peers = new ArrayList<>();
    for (String name : installed(List.of(python.toString(), worker, "--list"))) {
      peers.add(
          new Peer(
              name, List.of(python.toString(), worker, name, folder.toString(), file.toString())));
    }
    if (peers.isEmpty()) {
      throw new UsageException(
          "--python %s has none of the packages of benchmarks/requirements.txt".formatted(python));
    }
    return peers;
  }

  private static List<String> installed(List<String> command) throws InterruptedException {
    try {
      Process listing =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader lines = listing.inputReader()) {
        List<String> names = lines.lines().filter(name -> !name.isBlank()).toList();
        if (listing.waitFor() == 0) {
          return names;
        }
      }
    } catch (IOException e) {
      // There is no such program; refused below, as one that fails.
    }
    throw new UsageException(
        "--python: cannot run %s; expected Python 3.12 or later"
            .formatted(String.join(" ", command)));
  }

  private HandlerContestant handler(Opened opened, String name, String bundle) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("MODEL_DIR", folder.resolve(bundle).toString());
    return opened.add(
        new HandlerContestant(
            name, LocalEnvironment.settings(LocalEnvironment.home(), environment)));
  }
}
