package dev.snapranker.dev.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.job.JobDeadlines;
import dev.snapranker.job.JobOptions;
import dev.snapranker.job.OutputCheck;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the job over files or objects in S3, with all cores of this machine. */
@Command(
    name = "batch",
    footer = {
      "  ./snapranker batch --input events/queries.jsonl --output target/ranked",
      "  ./snapranker batch --input s3://BUCKET/in/ --output s3://BUCKET/out/ --trec",
      "  ./snapranker batch --input queries.jsonl --output shards --split 100"
    },
    description = {
      "Rank files of requests, {query_id, query, candidates, …} a line, into files of results.",
      "It may be ended at any time: the same command goes on where it was."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BatchCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Option(
      names = "--input",
      required = true,
      paramLabel = "PLACE",
      description = {
        "a file, a folder, s3://BUCKET/KEY or s3://BUCKET/PREFIX/; .gz may be;",
        "of a folder the files in it, but not in its folders; of a prefix all below it"
      })
  private String input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "PLACE",
      description = "a folder or s3://BUCKET/PREFIX/")
  private String output;

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
              + Splitter.MAX)
  private @Nullable Integer split;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (split != null && (split < 1 || split > Splitter.MAX)) {
      throw new UsageException("--split is %d; expected 1..%d".formatted(split, Splitter.MAX));
    }
    try (Stores stores = new Stores()) {
      Place from = Stores.parse(input);
      Place to = Stores.parse(output);
      List<WritableStore.Listed> inputs = inputs(stores.of(from), from);
      PrintWriter out = spec.commandLine().getOut();
      if (split != null) {
        if (inputs.size() != 1) {
          throw new UsageException(
              "--split takes one input; %s has %d".formatted(input, inputs.size()));
        }
        split(stores, inputs.getFirst().object(), to, split, out);
        return ExitCode.RANKED;
      }
      return rank(stores, from, inputs, to, out);
    } catch (StoreException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (RerankException e) {
      throw new UsageException(e.explanation());
    }
  }

  private static void split(Stores stores, Place from, Place to, int count, PrintWriter out) {
    int mostLineBytes =
        LocalEnvironment.settings(LocalEnvironment.home(), System.getenv())
            .limits()
            .maxPayloadBytes();
    Splitter.split(stores.of(from), from, stores.of(to), to, count, mostLineBytes)
        .forEach(out::println);
  }

  private int rank(
      Stores stores, Place from, List<WritableStore.Listed> inputs, Place to, PrintWriter out) {
    Settings settings = LocalEnvironment.settings(LocalEnvironment.home(), System.getenv());
    LineJson lines = new LineJson(settings.limits(), lineOptions());
    JobOptions jobOptions = new JobOptions(lines, trec, Math.round(checkpointSeconds * 1000));
    WritableStore store = stores.ofBoth(from, to);
    List<Shard> shards = shards(store, from, inputs, to);
    long bytes = inputs.stream().mapToLong(WritableStore.Listed::bytes).sum();
    try (Wiring wiring = Wiring.of(settings, new Startup());
        BatchProgress progress = new BatchProgress(spec.commandLine().getErr(), bytes)) {
      long errors = 0;
      for (int i = 0; i < shards.size(); i++) {
        try (ShardJob job = new ShardJob(store, wiring, settings, jobOptions, progress)) {
          ShardStatus status = job.run(shards.get(i), JobDeadlines.unlimited());
          progress.shardDone(inputs.get(i).bytes());
          errors += status.errors();
          out.printf(
              "%s: %d lines, %d errors%n",
              status.shard().results(), status.lines(), status.errors());
        }
      }
      out.printf("%d shards, %d errors; %s%n", shards.size(), errors, progress.summary());
    }
    return ExitCode.RANKED;
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
          "%s is not there; expected a .jsonl or .ndjson file, or .gz of these, a folder of them, or %s"
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
