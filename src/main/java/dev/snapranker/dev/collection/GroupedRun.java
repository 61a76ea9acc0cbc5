package dev.snapranker.dev.collection;

import dev.snapranker.dev.cli.UsageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a run query by query, in the memory of one query. */
public final class GroupedRun implements AutoCloseable {
  private final RunReader lines;
  private @Nullable RunLine ahead;

  public GroupedRun(RunReader lines) {
    this.lines = lines;
    this.ahead = lines.next();
  }

  /** The lines that follow each other and are of one query; null at the end. */
  public @Nullable QueryHits next() {
    if (ahead == null) {
      return null;
    }
    String query = ahead.query();
    List<Hit> hits = new ArrayList<>();
    Set<String> documents = new HashSet<>();
    while (ahead != null && ahead.query().equals(query)) {
      if (!documents.add(ahead.hit().document())) {
        throw lines.repeated(ahead);
      }
      hits.add(ahead.hit());
      ahead = lines.next();
    }
    return new QueryHits(query, hits);
  }

  /** An error: a query that came before comes again, in the lines before this one. */
  public UsageException scattered(String query) {
    return lines.wrong(
        "the lines of query %s are not together, and end again before here; sort the run by its queries, for example with sort -s -k1,1"
            .formatted(query));
  }

  @Override
  public void close() {
    lines.close();
  }
}
