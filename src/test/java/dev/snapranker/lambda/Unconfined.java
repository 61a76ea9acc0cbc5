package dev.snapranker.lambda;

import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that starts the handler and ranks one event. Run by {@link IsolationIT}. */
final class Unconfined {
  private Unconfined() {}

  public static void main(String[] args) throws IOException {
    byte[] event = Files.readAllBytes(Path.of(args[0]));
    try (RerankHandler handler = new RerankHandler(Settings.fromEnvironment())) {
      System.out.println("ranked: " + Lambda.invoke(handler, event).path("results").size());
    }
  }
}
