package dev.snapranker.dev.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of published models in {@code docs/models.md} is the command's. */
class KnownModelsPageTest {
  @Test
  void thePagesTableIsTheCommandsTable() throws IOException {
    assertThat(table("## Published models to compile"))
        .containsExactlyElementsOf(
            rows(KnownModel.HEADINGS, KnownModel.all().stream().map(KnownModel::cells)));
  }

  @Test
  void thePagesTimesAndCostsAreTheCommands() throws IOException {
    Stream<List<String>> measured =
        KnownModel.all().stream().map(KnownModel::timeCells).filter(Predicate.not(List::isEmpty));
    assertThat(table("## Time and cost"))
        .containsExactlyElementsOf(rows(KnownModel.TIME_HEADINGS, measured));
  }

  /** The longer request of {@link KnownModel#timeCells}, for a few models. */
  @Test
  void theReadmesFiguresAreTheCommands() throws IOException {
    List<String> rows =
        KnownModel.all().stream()
            .map(KnownModel::timeCells)
            .filter(Predicate.not(List::isEmpty))
            .map(cells -> cells.stream().map(cell -> cell.replaceAll(".* – ", "")).toList())
            .map(cells -> row(IntStream.of(0, 1, 2, 5, 4, 7, 6, 8).mapToObj(cells::get).toList()))
            .toList();
    List<String> shown =
        Files.readString(Path.of("README.md"))
            .lines()
            .dropWhile(line -> !line.startsWith("| model | size | memory |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("| "))
            .toList();
    assertThat(shown).hasSizeGreaterThan(3);
    assertThat(rows).containsAll(shown);
  }

  /** A section's table, without the line below its head. */
  private static List<String> table(String heading) throws IOException {
    return Files.readString(Path.of("docs", "models.md"))
        .lines()
        .dropWhile(line -> !line.equals(heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| "))
        .toList();
  }

  private static List<String> rows(List<String> headings, Stream<List<String>> cells) {
    return Stream.concat(Stream.of(headings), cells).map(KnownModelsPageTest::row).toList();
  }

  private static String row(List<String> cells) {
    StringBuilder row = new StringBuilder("|");
    cells.forEach(cell -> row.append(' ').append(cell).append(cell.isEmpty() ? "|" : " |"));
    return row.toString();
  }
}
