package dev.snapranker.dev.collection;

import dev.snapranker.dev.cli.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The texts of the queries and documents that a run names: from a collection, or from the run, if
 * it brings them along. First all are asked for, then they are read.
 */
public final class RunTexts implements AutoCloseable {
  private final Path run;
  private final CollectionOptions options;
  private final @Nullable String split;
  private final boolean inRun;
  private final Texts queries;
  private final Texts documents;
  private final List<String> notes = new ArrayList<>();

  /**
   * No texts yet.
   *
   * @param split of the queries; null for the only one
   * @param folder where the texts are kept; null for the JVM's folder of temporary files
   */
  public RunTexts(
      Path run, CollectionOptions options, @Nullable String split, @Nullable Path folder) {
    this.run = run;
    this.options = options;
    this.split = split;
    this.inRun = bringsTexts(run);
    this.queries = new Texts(folder);
    this.documents = new Texts(folder);
  }

  private static boolean bringsTexts(Path run) {
    requireRereadable(run);
    try (RunReader lines = RunReader.open(run)) {
      RunLine first = lines.next();
      return first != null && first.text() != null;
    }
  }

  /** Refuses a pipe and the like. */
  public static void requireRereadable(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UsageException(file + " is no file that can be read twice; use a copy");
    }
  }

  /** The files that the texts of a run are read from, beside the run. */
  public static List<Path> files(Path run, CollectionOptions options, @Nullable String split) {
    return bringsTexts(run)
        ? List.of()
        : List.of(options.corpus().file(), options.queries(split).file());
  }

  /** Asks for a query; returns whether it is the first time. */
  public boolean wantQuery(String id) {
    return queries.want(id);
  }

  public void wantDocument(String id) {
    documents.want(id);
  }

  /** Reads what was asked for. */
  public void read() {
    if (inRun) {
      readRun();
    } else {
      EntryFile queryFile = options.queries(split);
      queryFile.forEach(queries::add);
      check(queries, "queries", queryFile.file());
      EntryFile corpus = options.corpus();
      corpus.forEach(documents::add);
      check(documents, "documents", corpus.file());
    }
    note(queries, "queries", "are left out");
    note(documents, "documents", "are not reranked");
  }

  private void readRun() {
    try (RunReader lines = RunReader.open(run)) {
      for (RunLine line = lines.next(); line != null; line = lines.next()) {
        try {
          queries.add(new Entry(line.query(), String.valueOf(line.queryText())));
          documents.add(new Entry(line.hit().document(), String.valueOf(line.text())));
        } catch (MalformedException e) {
          throw lines.wrong(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void check(Texts texts, String what, Path file) {
    long missing = texts.missing();
    if (missing == 0) {
      return;
    }
    String message =
        "%s lacks %d of the %d %s that %s names, for example %s"
            .formatted(
                file, missing, texts.wanted(), what, run, texts.exampleOfMissing().orElse(""));
    if (!options.skipMissing() || missing == texts.wanted()) {
      throw new UsageException(
          message + "; expected all; name another file, or leave them out with --skip-missing");
    }
    notes.add(message + "; they are left out");
  }

  private void note(Texts texts, String what, String consequence) {
    if (texts.blank() > 0) {
      notes.add("%s without a text: %d; they %s".formatted(what, texts.blank(), consequence));
    }
  }

  /** What is left out and why, in words. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Null if it is missing or blank. */
  public @Nullable String query(String id) {
    return queries.get(id);
  }

  /** Null if it is missing or blank. */
  public @Nullable String document(String id) {
    return documents.get(id);
  }

  public boolean hasQuery(String id) {
    return queries.has(id);
  }

  public boolean hasDocument(String id) {
    return documents.has(id);
  }

  @Override
  public void close() {
    queries.close();
    documents.close();
  }
}
