package dev.snapranker.dev.eval;

import dev.snapranker.dev.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * A first stage's run on a judged test collection: the options that name one, and what they name.
 */
@SuppressWarnings("NullAway.Init") // picocli sets the options, and read() the rest
public final class JudgedRun {
  @Option(
      names = "--collection",
      required = true,
      paramLabel = "DIR",
      description = "corpus.jsonl[.gz], queries.jsonl[.gz] and qrels.tsv[.gz]")
  private Path directory;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "FILE",
      description = "the first stage's run in TREC's format, .gz or not")
  private Path file;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "a bundle in model-layer/models (default: the one of local runs)")
  private @Nullable String model;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "100",
      description = "how many of a query's documents are reranked (default: ${DEFAULT-VALUE})")
  private int top;

  private TestCollection collection;
  private TrecRun run;
  private List<String> queries;

  /** Reads the files. */
  public void read() throws IOException {
    collection = TestCollection.read(directory);
    run = TrecRun.read(file);
    queries = run.hits().keySet().stream().filter(collection.grades()::containsKey).toList();
    if (queries.isEmpty()) {
      throw new UsageException(file + " and qrels.tsv have no query in common");
    }
  }

  /** What is read. */
  public List<Path> files() {
    return Stream.concat(Stream.of(file), TestCollection.files(directory)).toList();
  }

  /** The handler that reranks it. */
  public CollectionReranker reranker(Map<String, String> environment) {
    return new CollectionReranker(collection, environment, top);
  }

  /** This process's environment, with the bundle that was asked for. */
  public Map<String, String> environment() {
    return CollectionReranker.environment(model);
  }

  /** The ids of the run's queries that are judged, in the run's order. */
  public List<String> queries() {
    return queries;
  }

  TrecRun run() {
    return run;
  }

  /** The first stage's hits for a query. */
  public List<TrecRun.Hit> hits(String query) {
    return run.of(query);
  }

  /** The judgements of a query, by document. */
  public Map<String, Integer> grades(String query) {
    return collection.grades().getOrDefault(query, Map.of());
  }

  /** What the collection's folder is called. */
  String name() {
    return String.valueOf(directory.toAbsolutePath().getFileName());
  }

  /** What was asked for; null for the bundle of local runs. */
  @Nullable String model() {
    return model;
  }

  int top() {
    return top;
  }
}
