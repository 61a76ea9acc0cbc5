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
  private long firstLine; // of the last query

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
    firstLine = lines.number();
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

  /** An error: the last query came before. */
  public UsageException scattered(QueryHits last) {
    return lines.wrong(
        firstLine,
        "query %s comes again after another one; expected its lines together: sort the run, for example with sort -s -k1,1"
            .formatted(last.query()));
  }

  @Override
  public void close() {
    lines.close();
  }
}
