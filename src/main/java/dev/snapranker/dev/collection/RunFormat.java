package dev.snapranker.dev.collection;

import dev.snapranker.api.Counted;

/** The formats of runs, recognised by a line's columns. */
enum RunFormat {
  /** TREC: {@code query Q0 document rank score tag}. */
  TREC {
    @Override
    RunLine parse(String line, long number) {
      String[] cells = line.strip().split("\\s+", 6);
      if (cells.length != 6) {
        throw new MalformedException(
            "has %s; expected query Q0 document rank score tag"
                .formatted(Counted.of(cells.length, "column")));
      }
      return new RunLine(cells[0], new Hit(cells[2], score(cells[4])), null, null);
    }
  },

  /** MS MARCO: {@code query document rank}. The score is the rank's negative. */
  RANKS {
    @Override
    RunLine parse(String line, long number) {
      String[] cells = line.strip().split("\\s+", -1);
      if (cells.length != 3 || !cells[2].matches("[1-9]\\d{0,8}")) {
        throw new MalformedException("expected query, document and rank, which is 1 or more");
      }
      return new RunLine(cells[0], new Hit(cells[1], -Integer.parseInt(cells[2])), null, null);
    }
  },

  /** MS MARCO's top1000: {@code query document query-text passage}, in the order of the lines. */
  TEXTS {
    @Override
    RunLine parse(String line, long number) {
      String[] cells = line.split("\t", -1);
      if (cells.length != 4 || cells[0].isBlank() || cells[1].isBlank()) {
        throw new MalformedException(
            "has %s; expected query, document, the query's text and the passage with tabs between them"
                .formatted(Counted.of(cells.length, "column")));
      }
      return new RunLine(cells[0].strip(), new Hit(cells[1].strip(), -number), cells[2], cells[3]);
    }
  };

  /**
   * What a line says.
   *
   * @param number of the line, from 1
   * @throws MalformedException if the line is not in the format
   */
  abstract RunLine parse(String line, long number);

  static RunFormat of(String firstLine) {
    if (firstLine.split("\t", -1).length == 4) {
      return TEXTS;
    }
    int columns = firstLine.strip().split("\\s+", 7).length;
    if (columns >= 6) {
      return TREC;
    }
    if (columns == 3) {
      return RANKS;
    }
    throw new MalformedException(
        "has %s; expected TREC's query Q0 document rank score tag, or MS MARCO's query document rank, or query document text passage with tabs"
            .formatted(Counted.of(columns, "column")));
  }

  private static double score(String score) {
    try {
      double value = Double.parseDouble(score);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, like an infinite one.
    }
    throw new MalformedException("the score is '%s'; expected a finite number".formatted(score));
  }
}
