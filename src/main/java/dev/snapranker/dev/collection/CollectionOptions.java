package dev.snapranker.dev.collection;

import dev.snapranker.dev.cli.UsageException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a collection's documents and queries. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CollectionOptions {
  @Option(
      names = "--collection",
      paramLabel = "DIR",
      description = {
        "a folder with a corpus and queries, as of BEIR, MS MARCO or an ir_datasets export;",
        "docs/evaluate.md lists the file names. Example: --collection beir/scifact"
      })
  private @Nullable Path directory;

  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      description = "the documents, if the folder has none. Example: --corpus collection.tsv.gz")
  private @Nullable Path corpus;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description = "the queries, if the folder has none. Example: --queries topics.301-350.txt")
  private @Nullable Path queries;

  @Option(
      names = "--corpus-columns",
      split = ",",
      paramLabel = "NAMES",
      description =
          "the columns of a corpus with tabs; needed unless there are 2, or a header line."
              + " Example: --corpus-columns id,text,title")
  private List<String> corpusColumns = List.of();

  @Option(
      names = "--query-columns",
      split = ",",
      paramLabel = "NAMES",
      description = "the same for queries. Example: --query-columns id,title,desc,narr")
  private List<String> queryColumns = List.of();

  @Option(
      names = "--topic-part",
      paramLabel = "PART",
      defaultValue = "title",
      description =
          "the part of a TREC topic that is the query: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}). Example: --topic-part desc")
  private TopicPart topicPart;

  @Option(
      names = "--skip-missing",
      description = "go on if the run names documents or queries that are not in the collection")
  private boolean skipMissing;

  EntryFile corpus() {
    Path file = corpus == null ? folder("--corpus").corpus() : corpus;
    return EntryFile.documents(file, corpusColumns);
  }

  /**
   * The queries' file.
   *
   * @param split null for the only one
   */
  EntryFile queries(@Nullable String split) {
    Path file = queries == null ? folder("--queries").queries(split) : queries;
    return EntryFile.queries(file, queryColumns, topicPart);
  }

  /**
   * The judgements' file.
   *
   * @param split null for the only one
   */
  public Path qrels(@Nullable String split) {
    return folder("--qrels").qrels(split);
  }

  /** Of all that decides how texts are read, beside the files. */
  public String fingerprint() {
    return "%s %s %s %s".formatted(corpusColumns, queryColumns, topicPart, skipMissing);
  }

  /** Whether any of these options is given, except for the one with a default. */
  public boolean isGiven() {
    return directory != null
        || corpus != null
        || queries != null
        || !corpusColumns.isEmpty()
        || !queryColumns.isEmpty()
        || skipMissing;
  }

  boolean skipMissing() {
    return skipMissing;
  }

  /** The folder; null if the files are named one by one. */
  public @Nullable Path directory() {
    return directory;
  }

  private CollectionFolder folder(String option) {
    if (directory == null) {
      throw new UsageException(
          "--collection is missing; expected a folder, or a file in %s".formatted(option));
    }
    return new CollectionFolder(directory);
  }
}
