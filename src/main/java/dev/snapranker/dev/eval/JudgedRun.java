package dev.snapranker.dev.eval;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.dev.collection.CollectionOptions;
import dev.snapranker.dev.collection.Hit;
import dev.snapranker.dev.collection.Judgements;
import dev.snapranker.dev.collection.RunTexts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A first stage's run on a judged test collection: the options that name one, and what they name.
 */
@SuppressWarnings("NullAway.Init") // picocli sets the options, and read() the rest
public final class JudgedRun implements AutoCloseable {
  @Mixin private CollectionOptions collection;

  @Option(
      names = "--qrels",
      paramLabel = "FILE",
      description = "the judgements, if the folder has none. Example: --qrels qrels.dev.small.tsv")
  private @Nullable Path qrels;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "which of several judgements and queries the folder has; test, if it has them."
              + " Example: --split dev")
  private @Nullable String split;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "FILE",
      description =
          "the first stage's run, in TREC's format or in MS MARCO's, .gz or not."
              + " Example: --run bm25.run.gz")
  private Path file;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "100",
      converter = WholeNumber.OneOrMore.class,
      description = "how many of a query's documents are reranked (default: ${DEFAULT-VALUE})")
  private int top;

  private Judgements judgements;
  private TrecRun run;
  private @Nullable RunTexts texts;
  private List<String> queries;

  /**
   * Reads the files.
   *
   * @param notes gets what is left out, and why
   */
  public void read(PrintWriter notes) {
    Path qrelsFile = qrels();
    judgements = Judgements.read(qrelsFile);
    TrecRun all = TrecRun.read(file);
    run = all.of(judgements.grades().keySet());
    if (run.hits().isEmpty()) {
      throw new UsageException(
          "%s and %s have no query in common; expected the same ids in both"
              .formatted(file, qrelsFile));
    }
    texts = new RunTexts(file, collection, split, null);
    run.hits()
        .forEach((query, hits) -> {
          texts.wantQuery(query);
          first(hits).forEach(hit -> texts.wantDocument(hit.document()));
        });
    texts.read();
    queries = run.hits().keySet().stream().filter(query -> !posted(query).isEmpty()).toList();
    tell(all, notes);
    if (queries.isEmpty()) {
      throw new UsageException(file + " has no query with a text and a document with a text");
    }
  }

  private void tell(TrecRun all, PrintWriter notes) {
    List<String> lines = new ArrayList<>(texts().notes());
    int unjudged = all.hits().size() - run.hits().size();
    int notRun = judgements.grades().size() - run.hits().size();
    if (unjudged > 0) {
      lines.add(
          "queries of the run without judgements: %d of %d; they are left out"
              .formatted(unjudged, all.hits().size()));
    }
    if (notRun > 0) {
      lines.add(
          "judged queries that the run lacks: %d of %d; they are left out of the means"
              .formatted(notRun, judgements.grades().size()));
    }
    lines.forEach(line -> notes.println("note: " + line));
    notes.flush();
  }

  private Path qrels() {
    return qrels == null ? collection.qrels(split) : qrels;
  }

  /** What is read. */
  public List<Path> files() {
    List<Path> files = new ArrayList<>(List.of(file, qrels()));
    files.addAll(RunTexts.files(file, collection, split));
    return files;
  }

  /** The handler that reranks it. */
  public CollectionReranker reranker(Map<String, String> environment) {
    return new CollectionReranker(texts(), environment, top);
  }

  /** The ids of the run's queries that are judged and can be reranked, in the run's order. */
  public List<String> queries() {
    return queries;
  }

  TrecRun run() {
    return run;
  }

  /** The first stage's hits for a query. */
  List<Hit> hits(String query) {
    return run.of(query);
  }

  private List<Hit> first(List<Hit> hits) {
    return hits.subList(0, Math.min(top, hits.size()));
  }

  /** The hits that are reranked: the first ones, without those that have no text. */
  public List<Hit> posted(String query) {
    return texts().hasQuery(query)
        ? first(hits(query)).stream().filter(hit -> texts().hasDocument(hit.document())).toList()
        : List.of();
  }

  /** The judgements of a query, by document. */
  public Map<String, Integer> grades(String query) {
    return judgements.of(query);
  }

  private RunTexts texts() {
    if (texts == null) {
      throw new IllegalStateException("nothing is read yet");
    }
    return texts;
  }

  /** What the collection's folder is called, or that of the judgements. */
  String name() {
    Path folder =
        collection.directory() == null
            ? qrels().toAbsolutePath().getParent()
            : collection.directory();
    return String.valueOf(folder == null ? "" : folder.toAbsolutePath().normalize().getFileName());
  }

  int top() {
    return top;
  }

  @Override
  public void close() {
    if (texts != null) {
      texts.close();
    }
  }
}
