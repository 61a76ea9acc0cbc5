package dev.snapranker.dev.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.snapranker.api.Counted;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.job.Cut;
import dev.snapranker.job.JobDeadlines;
import dev.snapranker.job.JobOptions;
import dev.snapranker.job.LineMaker;
import dev.snapranker.job.Shard;
import dev.snapranker.job.ShardJob;
import dev.snapranker.job.ShardStatus;
import dev.snapranker.job.Splitter;
import dev.snapranker.observe.Startup;
import dev.snapranker.store.Place;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import dev.snapranker.wire.dialect.LineJson;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs the job over files or objects in S3, with all cores of this machine. */
@Command(
    name = "batch",
    footer = {
      "  ./snapranker batch --input events/queries.jsonl --output target/ranked",
      "  ./snapranker batch --input s3://BUCKET/in/ --output s3://BUCKET/out/ --trec",
      "  ./snapranker batch --collection events/sample \\",
      "    --run events/sample/bm25.run --out target/reranked.run",
      "  ./snapranker batch --input queries.jsonl --output shards --shard-lines 5000"
    },
    description = {
      "Rank files of requests into files of results, or a first stage's run into a run.",
      "A request is a line, {query_id, query, candidates, …}. A run's texts are in its collection.",
      "You can stop it at any time. The same command continues where it stopped."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BatchCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();

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

  @Mixin private RunInput run;

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
      converter = CheckpointMillis.class,
      description = "how much work may be lost at most (default: ${DEFAULT-VALUE})")
  private long checkpointMillis;

  @Option(
      names = "--split",
      paramLabel = "N",
      converter = ShardCount.class,
      description =
          "do not rank: cut the input into N shards of about the same size, at most "
              + Cut.MOST_SHARDS
              + ". Example: --split 40")
  private @Nullable Integer split;

  @Option(
      names = "--shard-lines",
      paramLabel = "N",
      converter = WholeNumber.OneOrMore.class,
      description =
          "do not rank: cut the input into shards of N lines, a query each. Example: --shard-lines"
              + " 5000")
  private @Nullable Integer shardLines;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (Stores stores = new Stores()) {
      if (run.isGiven()) {
        rankRun(stores, cut());
      } else {
        rankFiles(stores, cut());
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
    RequestFiles files = RequestFiles.at(from, stores.of(from));
    if (cut == null) {
      WritableStore store = stores.ofBoth(from, to);
      rank(store, files.listed(), files.shards(to, trec), LineMaker.AS_THEY_ARE, settings());
      return;
    }
    if (files.listed().size() != 1) {
      throw new UsageException(
          "--split and --shard-lines take one input; %s has %d"
              .formatted(from, files.listed().size()));
    }
    split(stores, files.listed().getFirst().object(), to, cut, LineMaker.AS_THEY_ARE);
  }

  private static String required(@Nullable String value, String option, String expected) {
    if (value == null || value.isEmpty()) {
      throw new UsageException("%s is missing; expected %s".formatted(option, expected));
    }
    return value;
  }

  /** Ranks or cuts a run, whose lines are made on the way. */
  private void rankRun(Stores stores, @Nullable Cut cut) {
    Settings settings = settings();
    run.requireTop(settings);
    if (input != null) {
      throw new UsageException("--input and --run are both given; expected one of them");
    }
    WritableStore files = stores.files();
    WritableStore.Listed from = run.listed(files);
    PrintWriter notes = spec.commandLine().getErr();
    if (cut != null) {
      Place to = Stores.parse(required(output, "--output", "where the shards go"));
      try (RunLines lines = run.lines(settings, notes)) {
        split(stores, from.object(), to, cut, lines);
      }
      return;
    }
    if (output != null) {
      throw new UsageException(
          "--output is for shards of a run; expected --out, or --shard-lines or --split as well");
    }
    Shard shard = run.shard(files);
    try (RunLines lines = run.lines(settings, shard, notes)) {
      rank(files, List.of(from), List.of(shard), lines, settings);
    }
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
    JobOptions jobOptions = new JobOptions(lines, trec || run.isGiven(), checkpointMillis);
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
              "%s: %s, %s%n",
              status.shard().results(),
              Counted.of(status.lines(), "line"),
              Counted.of(status.errors(), "error"));
        }
      }
      to.printf(
          "%s, %s; %s%n",
          Counted.of(shards.size(), "shard"), Counted.of(errors, "error"), progress.summary());
    }
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

  private static final class ShardCount extends WholeNumber {
    ShardCount() {
      super(1, Cut.MOST_SHARDS);
    }
  }

  /** Reads seconds. */
  private static final class CheckpointMillis implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      try {
        long millis = Math.round(Double.parseDouble(value) * 1000);
        if (JobOptions.mayWait(millis)) {
          return millis;
        }
      } catch (NumberFormatException e) {
        // Refused below, like a number out of range.
      }
      throw new TypeConversionException(
          "'%s'; expected a number in %s".formatted(value, JobOptions.SECONDS));
    }
  }
}
