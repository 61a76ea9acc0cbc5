package dev.snapranker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The pages of documentation that tests hold against the product. */
public final class DocPages {
  private static final List<String> FOLDERS =
      List.of("docs", "examples", "integrations", "model-layer");

  private DocPages() {}

  public static List<Path> all() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
    for (String folder : FOLDERS) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .filter(file -> !file.toString().matches(".*/(node_modules|site-packages)/.*"))
            .sorted()
            .forEach(pages::add);
      }
    }
    return pages;
  }
}
