package dev.snapranker.dev.batch;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.dev.collection.CollectionOptions;
import dev.snapranker.dev.collection.GroupedRun;
import dev.snapranker.dev.collection.Hit;
import dev.snapranker.dev.collection.QueryHits;
import dev.snapranker.dev.collection.RunReader;
import dev.snapranker.dev.collection.RunTexts;
import dev.snapranker.job.LineMaker;
import dev.snapranker.store.FileStore;
import dev.snapranker.store.Place;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a job's lines of a run and the collection that it is of: a line for each query, with the
 * texts of its best documents. Only the ids that the run names are in memory.
 */
final class RunLines implements LineMaker, AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Path run;
  private final int top;
  private final int mostChars;
  private final RunTexts texts;
  private final String fingerprint;
  private long leftOut; // documents after the first ones

  /**
   * Reads the texts.
   *
   * @param top documents of a query that are ranked
   * @param mostChars of a text that are read; of a longer one, one more is posted
   * @param folder where texts are kept; null for the JVM's folder of temporary files
   */
  RunLines(Path run, CollectionOptions collection, int top, int mostChars, @Nullable Path folder) {
    this.run = run;
    this.top = top;
    this.mostChars = mostChars;
    List<String> digests = new ArrayList<>();
    for (Path file : RunTexts.files(run, collection, null)) {
      RunTexts.requireRereadable(file); // else two collections would have the same fingerprint
      digests.add(String.valueOf(new FileStore().digest(Place.parse(file.toString()))));
    }
    this.fingerprint = "run %d %s %s".formatted(top, digests, collection.fingerprint());
    this.texts = new RunTexts(run, collection, null, folder);
    try {
      readTexts();
    } catch (RuntimeException e) {
      texts.close();
      throw e;
    }
  }

  private void readTexts() {
    try (GroupedRun queries = new GroupedRun(RunReader.open(run))) {
      for (QueryHits each = queries.next(); each != null; each = queries.next()) {
        if (!texts.wantQuery(each.query())) {
          throw queries.scattered(each);
        }
        each.first(top).forEach(hit -> texts.wantDocument(hit.document()));
        leftOut += Math.max(0, each.hits().size() - top);
      }
    }
    texts.read();
  }

  /** What is left out and why, in words. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(texts.notes());
    if (leftOut > 0) {
      notes.add(
          "documents after the first %d of their query (--top): %d; they are left out"
              .formatted(top, leftOut));
    }
    return notes;
  }

  @Override
  public InputStream lines(InputStream content) {
    return new Lines(new GroupedRun(RunReader.of(content, run.toString())));
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public void close() {
    texts.close();
  }

  /** Nothing if the query or all of its documents have no text. */
  private byte[] line(QueryHits each) {
    String query = texts.query(each.query());
    if (query == null) {
      return new byte[0];
    }
    ObjectNode line = MAPPER.createObjectNode().put("query_id", each.query()).put("query", query);
    ArrayNode candidates = line.putArray("candidates");
    for (Hit hit : each.first(top)) {
      String text = texts.document(hit.document());
      if (text != null) {
        candidates
            .addObject()
            .put("id", hit.document())
            .put("text", cut(text))
            .put("score", hit.score());
      }
    }
    return candidates.isEmpty() ? new byte[0] : (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** So that a long text is marked as truncated, but does not fill the line. */
  private String cut(String text) {
    if (text.length() <= mostChars + 1) {
      return text;
    }
    int end = mostChars + 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end + 1 : end);
  }

  /** The lines, each made when it is read. */
  private final class Lines extends InputStream {
    private final GroupedRun queries;
    private ByteArrayInputStream line = new ByteArrayInputStream(new byte[0]);

    Lines(GroupedRun queries) {
      this.queries = queries;
    }

    @Override
    public int read() {
      return more() ? line.read() : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return more() ? line.read(into, offset, length) : -1;
    }

    /** Makes the next line, if all of the last one is read; returns whether there is one. */
    private boolean more() {
      while (line.available() == 0) {
        QueryHits each = queries.next();
        if (each == null) {
          return false;
        }
        line = new ByteArrayInputStream(line(each));
      }
      return true;
    }

    @Override
    public void close() {
      queries.close();
    }
  }
}
