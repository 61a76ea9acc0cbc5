package dev.snapranker.dev.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of published models in {@code docs/models.md} is the command's. */
class KnownModelsPageTest {
  @Test
  void thePagesTableIsTheCommandsTable() throws IOException {
    List<String> shown =
        Files.readString(Path.of("docs", "models.md"))
            .lines()
            .dropWhile(line -> !line.equals("## Published models to compile"))
            .skip(1)
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith("| ") || line.startsWith("|-"))
            .toList();
    assertThat(shown.getFirst()).isEqualTo(row(KnownModel.HEADINGS));
    assertThat(shown.subList(2, shown.size()))
        .containsExactlyElementsOf(
            KnownModel.all().stream().map(known -> row(known.cells())).toList());
  }

  private static String row(List<String> cells) {
    StringBuilder row = new StringBuilder("|");
    cells.forEach(cell -> row.append(' ').append(cell).append(cell.isEmpty() ? "|" : " |"));
    return row.toString();
  }
}
