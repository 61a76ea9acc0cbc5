package dev.snapranker.dev.models;

import dev.snapranker.dev.cli.TerminalText;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.IntStream;

/** Rows whose cells stand below each other. */
final class TextTable {
  private TextTable() {}

  static void print(List<List<String>> rows, PrintWriter to) {
    int columns = rows.getFirst().size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = TerminalText.line(row.get(column));
        line.append(cell).repeat(" ", widths[column] + 2 - cell.length());
      }
      to.println(line.toString().stripTrailing());
    }
  }
}
