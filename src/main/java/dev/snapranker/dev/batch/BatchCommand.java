package dev.snapranker.dev.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.InputFile;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.collection.CollectionOptions;
import dev.snapranker.dev.collection.RunTexts;
import dev.snapranker.job.Cut;
import dev.snapranker.job.JobDeadlines;
import dev.snapranker.job.JobOptions;
import dev.snapranker.job.LineMaker;
import dev.snapranker.job.OutputCheck;
import dev.snapranker.job.Shard;
import dev.snapranker.job.ShardJob;
import dev.snapranker.job.ShardStatus;
import dev.snapranker.job.Splitter;
import dev.snapranker.observe.Startup;
import dev.snapranker.store.FileErrors;
import dev.snapranker.store.Place;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import dev.snapranker.wire.dialect.LineJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the job over files or objects in S3, with all cores of this machine. */
@Command(
    name = "batch",
    description = {
      "Rank files of requests, {query_id, query, candidates, …} a line, into files of results;",
      "or a first stage's run, with the texts of its collection, into a run.",
      "You can stop it at any time. The same command continues where it stopped."
    },
    footer = {
      "  ./snapranker batch --input events/queries.jsonl --output target/ranked",
      "  ./snapranker batch --collection events/sample \\",
      "    --run events/sample/bm25.run --out target/reranked.run",
      "  ./snapranker batch --input s3://BUCKET/in/ --output s3://BUCKET/out/ --trec",
      "  ./snapranker batch --input queries.jsonl --output shards --split 100"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BatchCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String RUN_ENDING = ".run";

  @Option(
      names = "--input",
      paramLabel = "PLACE",
      description = {
        "a file, a folder, s3://BUCKET/KEY or s3://BUCKET/PREFIX/; .gz may be;",
        "of a folder the files in it, but not in its folders; of a prefix all below it"
      })
  private @Nullable String input;

  @Option(
      names = "--output",
      paramLabel = "PLACE",
      description = "a folder or s3://BUCKET/PREFIX/. Example: --output target/ranked")
  private @Nullable String output;

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

  @Option(names = "--trec", description = "write TREC runs, too")
  private boolean trec;

  @Option(
      names = "--option",
      paramLabel = "NAME=VALUE",
      description = "a field of the request for every line without one, such as top_k=10")
  private Map<String, String> options = Map.of();

  @Option(
      names = "--checkpoint-seconds",
      defaultValue = "10",
      description = "how much work may be lost at most (default: ${DEFAULT-VALUE})")
  private double checkpointSeconds;

  @Option(
      names = "--split",
      paramLabel = "N",
      description =
          "do not rank: cut the input into N shards of about the same size, at most "
              + Cut.MOST_SHARDS
              + ". Example: --split 40")
  private @Nullable Integer split;

  @Option(
      names = "--shard-lines",
      paramLabel = "N",
      description =
          "do not rank: cut the input into shards of N lines, a query each. Example: --shard-lines"
              + " 5000")
  private @Nullable Long shardLines;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (Stores stores = new Stores()) {
      Cut cut = cut();
      Path ofRun = run;
      if (ofRun != null) {
        rankRun(stores, ofRun, cut);
      } else if (collection.isGiven() || out != null) {
        throw new UsageException("--run is missing; expected the run that is to be ranked");
      } else {
        rankFiles(stores, cut);
      }
      return ExitCode.RANKED;
    } catch (StoreException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (RerankException e) {
      throw new UsageException(e.explanation());
    }
  }

  /** Null if the input is ranked, and not cut. */
  private @Nullable Cut cut() {
    if (split != null && shardLines != null) {
      throw new UsageException("--split and --shard-lines are both given; expected one of them");
    }
    if (split != null) {
      return new Cut.IntoShards(split);
    }
    return shardLines == null ? null : new Cut.EveryLines(shardLines);
  }

  private void rankFiles(Stores stores, @Nullable Cut cut) {
    Place from = Stores.parse(required(input, "--input", "a file, a folder or a place in S3"));
    Place to = Stores.parse(required(output, "--output", "a folder or a prefix in S3"));
    List<WritableStore.Listed> inputs = inputs(stores.of(from), from);
    if (cut == null) {
      WritableStore store = stores.ofBoth(from, to);
      rank(store, inputs, shards(store, from, inputs, to), LineMaker.AS_THEY_ARE, settings());
      return;
    }
    if (inputs.size() != 1) {
      throw new UsageException(
          "--split and --shard-lines take one input; %s has %d".formatted(from, inputs.size()));
    }
    split(stores, inputs.getFirst().object(), to, cut, LineMaker.AS_THEY_ARE);
  }

  private static String required(@Nullable String value, String option, String expected) {
    if (value == null) {
      throw new UsageException("%s is missing; expected %s".formatted(option, expected));
    }
    return value;
  }

  /** Ranks or cuts a run, whose lines are made on the way. */
  private void rankRun(Stores stores, Path ofRun, @Nullable Cut cut) {
    Settings settings = settings();
    int most = settings.limits().maxCandidates();
    if (top < 1 || top > most) {
      throw new UsageException(
          "--top is %d; expected 1..%d, the setting MAX_CANDIDATES".formatted(top, most));
    }
    if (input != null) {
      throw new UsageException("--input and --run are both given; expected one of them");
    }
    Place from = Stores.parse(ofRun.toString());
    WritableStore files = stores.of(from);
    WritableStore.Stat stat = files.stat(from);
    if (stat == null) {
      throw new UsageException(from + " is not there, or is no file");
    }
    if (cut != null) {
      Place to = Stores.parse(required(output, "--output", "where the shards go"));
      try (RunLines lines = runLines(ofRun, settings, null)) {
        split(stores, from, to, cut, lines);
      }
      return;
    }
    Shard shard = shardOfRun(from);
    OutputCheck.requireSeparate(files, List.of(shard));
    for (Path each : RunTexts.files(ofRun, collection, null)) {
      OutputCheck.requireSeparate(files, shard, Stores.parse(each.toString()));
    }
    try (RunLines lines = runLines(ofRun, settings, folderOf(shard))) {
      rank(
          files,
          List.of(new WritableStore.Listed(from, stat.bytes())),
          List.of(shard),
          lines,
          settings);
    }
  }

  private Shard shardOfRun(Place from) {
    String to = required(out, "--out", "the ranked run's file");
    if (output != null) {
      throw new UsageException("--out and --output are both given; expected one of them");
    }
    if (!(Stores.parse(to) instanceof Place.File file)) {
      throw new UsageException(
          "--out is %s; expected a file. For S3, make shards: --shard-lines 5000 --output %s"
              .formatted(to, to.substring(0, to.lastIndexOf('/') + 1)));
    }
    if (!file.name().endsWith(RUN_ENDING) || file.name().equals(RUN_ENDING)) {
      throw new UsageException(
          "--out is %s; expected a name that ends in .run, such as reranked.run".formatted(to));
    }
    String name = file.name().substring(0, file.name().length() - RUN_ENDING.length());
    return Shard.named(from, file.withKey(file.folder()), name, true);
  }

  private static Path folderOf(Shard shard) {
    Path folder = Path.of(shard.results().folder());
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UsageException("%s cannot be made: %s".formatted(folder, FileErrors.problem(e)));
    }
  }

  private RunLines runLines(Path ofRun, Settings settings, @Nullable Path folder) {
    RunLines lines =
        new RunLines(ofRun, collection, top, settings.limits().maxCandidateChars(), folder);
    lines.notes().forEach(note -> spec.commandLine().getErr().println("note: " + note));
    spec.commandLine().getErr().flush();
    return lines;
  }

  private static Settings settings() {
    return LocalEnvironment.settings(LocalEnvironment.home(), System.getenv());
  }

  private void split(Stores stores, Place from, Place to, Cut cut, LineMaker maker) {
    int mostLineBytes = settings().limits().maxPayloadBytes();
    Splitter.split(stores.of(from), from, stores.of(to), to, cut, maker, mostLineBytes)
        .forEach(spec.commandLine().getOut()::println);
  }

  private void rank(
      WritableStore store,
      List<WritableStore.Listed> inputs,
      List<Shard> shards,
      LineMaker maker,
      Settings settings) {
    LineJson lines = new LineJson(settings.limits(), lineOptions());
    JobOptions jobOptions =
        new JobOptions(lines, trec || run != null, Math.round(checkpointSeconds * 1000));
    PrintWriter to = spec.commandLine().getOut();
    long bytes = inputs.stream().mapToLong(WritableStore.Listed::bytes).sum();
    try (Wiring wiring = Wiring.of(settings, new Startup());
        BatchProgress progress = new BatchProgress(spec.commandLine().getErr(), bytes)) {
      long errors = 0;
      for (int i = 0; i < shards.size(); i++) {
        try (ShardJob job = new ShardJob(store, wiring, settings, jobOptions, maker, progress)) {
          ShardStatus status = job.run(shards.get(i), JobDeadlines.unlimited());
          progress.shardDone(inputs.get(i).bytes());
          errors += status.errors();
          to.printf(
              "%s: %d lines, %d errors%n",
              status.shard().results(), status.lines(), status.errors());
        }
      }
      to.printf("%d shards, %d errors; %s%n", shards.size(), errors, progress.summary());
    }
  }

  /** Outputs that touch no input. */
  private List<Shard> shards(
      WritableStore store, Place from, List<WritableStore.Listed> inputs, Place to) {
    if (!inputs.getFirst().object().equals(from)) { // a folder or a prefix
      requireSeparate(store, from, to);
    }
    List<Shard> shards = inputs.stream().map(each -> shard(from, each.object(), to)).toList();
    OutputCheck.requireSeparate(store, shards);
    return shards;
  }

  private static void requireSeparate(WritableStore store, Place from, Place to) {
    switch (from) {
      case Place.S3Object _ -> OutputCheck.requireSeparate(from, to);
      case Place.File _ -> {
        Object folder = store.identity(from);
        if (folder != null && folder.equals(store.identity(to))) {
          throw new UsageException(
              "--output is the folder of the inputs, %s; choose another".formatted(from));
        }
      }
    }
  }

  private Shard shard(Place from, Place input, Place to) {
    return switch (from) {
      case Place.S3Object prefix -> Shard.below(prefix.key(), input, to, trec);
      case Place.File _ -> Shard.of(input, to, trec);
    };
  }

  private static List<WritableStore.Listed> inputs(WritableStore store, Place from) {
    WritableStore.@Nullable Stat one = isOfLines(from) ? store.stat(from) : null;
    if (one != null) {
      return List.of(new WritableStore.Listed(from, one.bytes()));
    }
    List<WritableStore.Listed> inputs =
        store.list(from).stream()
            .filter(each -> isOfLines(each.object()))
            .filter(each -> !each.object().key().contains("/.progress/"))
            .toList();
    if (from instanceof Place.File) {
      requireFiles(store, from, inputs);
    }
    if (inputs.isEmpty()) {
      throw new UsageException(
          from
              + " is neither a file of requests nor a folder of them; expected names that end with"
              + " .jsonl or .ndjson, or .gz of these");
    }
    return inputs;
  }

  private static void requireFiles(
      WritableStore store, Place from, List<WritableStore.Listed> inputs) {
    if (store.identity(from) == null) {
      throw new UsageException(
          "%s does not exist; expected a .jsonl or .ndjson file, or .gz of these, a folder of them, or %s"
              .formatted(from, "s3://BUCKET/KEY; a relative path starts in " + InputFile.here()));
    }
    for (WritableStore.Listed each : inputs) {
      if (store.stat(each.object()) == null) {
        throw new UsageException(each.object() + " is no file that can be read twice; use a copy");
      }
    }
  }

  private static boolean isOfLines(Place object) {
    return object.key().matches(".*\\.(jsonl|ndjson)(\\.gz)?");
  }

  private ObjectNode lineOptions() {
    ObjectNode lines = MAPPER.createObjectNode();
    options.forEach((name, value) -> lines.set(name, json(value)));
    return lines;
  }

  private static JsonNode json(String value) {
    try {
      return MAPPER.readTree(value);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(value); // top_k=10 is a number, model=x a string
    }
  }
}
