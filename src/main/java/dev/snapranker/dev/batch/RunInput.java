package dev.snapranker.dev.batch;

import dev.snapranker.boot.Settings;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.dev.collection.CollectionOptions;
import dev.snapranker.dev.collection.RunTexts;
import dev.snapranker.job.OutputCheck;
import dev.snapranker.job.Shard;
import dev.snapranker.store.FileErrors;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name a run and its collection in place of files of requests. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunInput {
  private static final String ENDING = ".run";

  @Mixin private CollectionOptions collection;

  @Option(
      names = "--run",
      paramLabel = "FILE",
      description =
          "in place of --input: the first stage's run on the collection, in TREC's format or in MS"
              + " MARCO's, .gz or not. Example: --run bm25.run.gz")
  private @Nullable Path run;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "100",
      converter = WholeNumber.OneOrMore.class,
      description =
          "how many of a query's documents in the run are ranked; the others are left out"
              + " (default: ${DEFAULT-VALUE})")
  private int top;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = {
        "with --run, in place of --output: the ranked run, a file whose name ends in .run;",
        "the results go beside it, in a file that ends in .jsonl. Example: --out reranked.run"
      })
  private @Nullable String out;

  boolean isGiven() {
    if (run == null && (collection.isGiven() || out != null)) {
      throw new UsageException("--run is missing; expected the run that is to be ranked");
    }
    return run != null;
  }

  private Path run() {
    return Objects.requireNonNull(run);
  }

  WritableStore.Listed listed(WritableStore files) {
    Place place = Stores.parse(run().toString());
    WritableStore.Stat stat = files.stat(place);
    if (stat == null) {
      throw new UsageException(place + " does not exist, or is not a file");
    }
    return new WritableStore.Listed(place, stat.bytes());
  }

  /** The job of ranking the run. Its outputs touch no input. */
  Shard shard(WritableStore files) {
    Shard shard = shard();
    OutputCheck.requireSeparate(files, List.of(shard));
    for (Path each : RunTexts.files(run(), collection, null)) {
      OutputCheck.requireSeparate(files, shard, Stores.parse(each.toString()));
    }
    return shard;
  }

  private Shard shard() {
    if (out == null) {
      throw new UsageException("--out is missing; expected the ranked run's file");
    }
    if (!(Stores.parse(out) instanceof Place.File file)) {
      throw new UsageException(
          "--out is %s; expected a file. For S3, make shards: --shard-lines 5000 --output %s"
              .formatted(out, out.substring(0, out.lastIndexOf('/') + 1)));
    }
    if (!file.name().endsWith(ENDING) || file.name().equals(ENDING)) {
      throw new UsageException(
          "--out is %s; expected a name that ends in .run, such as reranked.run".formatted(out));
    }
    String name = file.name().substring(0, file.name().length() - ENDING.length());
    return Shard.named(Stores.parse(run().toString()), file.withKey(file.folder()), name, true);
  }

  /**
   * The lines, for a shard whose folder keeps the texts.
   *
   * @param notes gets what is left out, and why
   */
  RunLines lines(Settings settings, Shard shard, PrintWriter notes) {
    Path folder = Path.of(shard.results().folder());
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UsageException("%s cannot be made: %s".formatted(folder, FileErrors.problem(e)));
    }
    return lines(settings, folder, notes);
  }

  /** The lines; the JVM's folder of temporary files keeps the texts. */
  RunLines lines(Settings settings, PrintWriter notes) {
    return lines(settings, (Path) null, notes);
  }

  private RunLines lines(Settings settings, @Nullable Path folder, PrintWriter notes) {
    RunLines lines =
        new RunLines(run(), collection, top, settings.limits().maxCandidateChars(), folder);
    lines.notes().forEach(note -> notes.println("note: " + note));
    notes.flush();
    return lines;
  }

  /** Refuses more documents of a query than a request may have. */
  void requireTop(Settings settings) {
    int most = settings.limits().maxCandidates();
    if (top > most) {
      throw new UsageException(
          "--top is %d; expected 1..%d, the setting MAX_CANDIDATES".formatted(top, most));
    }
  }
}
