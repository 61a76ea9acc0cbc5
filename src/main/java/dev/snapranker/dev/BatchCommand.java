package dev.snapranker.dev;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.job.JobOptions;
import dev.snapranker.job.Outcome;
import dev.snapranker.job.Shard;
import dev.snapranker.job.ShardJob;
import dev.snapranker.job.Shards;
import dev.snapranker.observe.Startup;
import dev.snapranker.store.ObjectRef;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import dev.snapranker.wire.LineJson;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the job over files or objects in S3, with all cores of this machine. */
@Command(
    name = "batch",
    description = {
      "Rank files of requests, {query_id, query, candidates, …} a line, into files of results.",
      "It may be ended at any time: the same command goes on where it was."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class BatchCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Option(
      names = "--input",
      required = true,
      paramLabel = "PLACE",
      description = "a file, a folder, s3://BUCKET/KEY or s3://BUCKET/PREFIX/; .gz may be")
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
      defaultValue = "0",
      description = "do not rank: cut the input into N shards of about the same size")
  private int split;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (split < 0) {
      throw new UsageException("--split is " + split + "; expected 1 or more");
    }
    try (Stores stores = new Stores()) {
      ObjectRef from = Stores.parse(input);
      ObjectRef to = Stores.parse(output);
      List<WritableStore.Listed> inputs = inputs(stores.of(from), from);
      PrintWriter out = spec.commandLine().getOut();
      if (split > 0) {
        if (inputs.size() != 1) {
          throw new UsageException(
              "--split takes one input; %s has %d".formatted(input, inputs.size()));
        }
        split(stores, inputs.getFirst().object(), to, out);
        return ExitCode.RANKED;
      }
      return rank(stores, inputs, to, out);
    }
  }

  private void split(Stores stores, ObjectRef from, ObjectRef to, PrintWriter out) {
    int mostLineBytes =
        LocalEnvironment.settings(Main.home(), System.getenv()).limits().maxPayloadBytes();
    try {
      Shards.cut(stores.of(from), from, stores.of(to), to, split, mostLineBytes)
          .forEach(out::println);
    } catch (StoreException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private int rank(
      Stores stores, List<WritableStore.Listed> inputs, ObjectRef to, PrintWriter out) {
    Settings settings = LocalEnvironment.settings(Main.home(), System.getenv());
    JobOptions jobOptions;
    List<Shard> shards = new ArrayList<>();
    try {
      jobOptions = new JobOptions(lines(), trec, Math.round(checkpointSeconds * 1000));
      var _ = new LineJson(settings.limits(), jobOptions.lines());
      for (WritableStore.Listed each : inputs) {
        shards.add(Shard.of(each.object(), to, trec));
      }
    } catch (RerankException e) {
      throw new UsageException(e.explanation());
    }
    requireOwnOutputs(shards);
    long bytes = inputs.stream().mapToLong(WritableStore.Listed::bytes).sum();
    try (Wiring wiring = Wiring.of(settings, new Startup());
        BatchProgress progress = new BatchProgress(spec.commandLine().getErr(), bytes)) {
      long errors = 0;
      for (int i = 0; i < shards.size(); i++) {
        try (ShardJob job =
            new ShardJob(
                stores.between(shards.get(i).input(), to),
                wiring,
                settings,
                jobOptions,
                progress)) {
          Outcome outcome = job.run(shards.get(i), ShardJob.Time.unlimited());
          progress.done(inputs.get(i).bytes());
          errors += outcome.errors();
          out.printf(
              "%s: %d lines, %d errors%n",
              outcome.shard().results(), outcome.lines(), outcome.errors());
        }
      }
      out.printf("%d shards, %d errors; %s%n", shards.size(), errors, progress.summary());
    } catch (StoreException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    return ExitCode.RANKED;
  }

  private static List<WritableStore.Listed> inputs(WritableStore store, ObjectRef from) {
    List<WritableStore.Listed> inputs =
        store.list(from).stream()
            .filter(each -> each.object().key().matches(".*\\.(jsonl|ndjson)(\\.gz)?"))
            .filter(each -> !each.object().key().contains("/.progress/"))
            .toList();
    if (inputs.isEmpty()) {
      throw new UsageException(from + " has no .jsonl, .ndjson or .gz of these");
    }
    return inputs;
  }

  private static void requireOwnOutputs(List<Shard> shards) {
    Set<ObjectRef> seen = new HashSet<>();
    for (Shard shard : shards) {
      if (!seen.add(shard.results())) {
        throw new UsageException(
            "two inputs would be written to %s; rename one".formatted(shard.results()));
      }
    }
  }

  private ObjectNode lines() {
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
