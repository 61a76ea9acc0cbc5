package dev.snapranker.dev.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.InputFile;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.Measurement;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command that runs the packaged function under Lambda's runtime client, and times its phases.
 */
@Command(
    name = "lambda",
    footer = {
      "  ./snapranker lambda --event events/batch-100.json",
      "  ./snapranker lambda --snapstart --event events/batch-100.json --repeat 20"
    },
    description = {
      "Run the packaged function under Lambda's own runtime client, in a process of its own.",
      "Replies go to standard output, times, processor time and memory to standard error."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class LambdaCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Option(names = "--snapstart", description = "call the hooks around SnapStart's snapshot")
  private boolean snapStart;

  @Option(
      names = "--event",
      paramLabel = "FILE",
      description = "an event, several if repeated (default: events/direct.json)")
  private @Nullable List<Path> events;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "20",
      converter = WholeNumber.OneOrMore.class,
      description = "how often the events are sent (default: ${DEFAULT-VALUE})")
  private int repeat;

  @Option(
      names = "--memory",
      paramLabel = "MB",
      defaultValue = "3008",
      converter = Memory.class,
      description = "the function's memory, 128..10240 (default: ${DEFAULT-VALUE})")
  private int memory;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      converter = Timeout.class,
      description = "the function's time limit, 1..900 (default: ${DEFAULT-VALUE})")
  private int timeout;

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "an environment variable of the function")
  private @Nullable Map<String, String> variables;

  @Option(names = "--log", description = "print the function's log")
  private boolean printsLog;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (variables != null && variables.containsKey("")) {
      throw new UsageException("--env has no variable's name; expected NAME=VALUE");
    }
    List<Path> files =
        events == null ? List.of(LocalEnvironment.home().resolve("events/direct.json")) : events;
    List<byte[]> contents = new ArrayList<>();
    for (Path file : files) {
      contents.add(InputFile.read(file));
    }
    Path model = LocalEnvironment.settings(LocalEnvironment.home(), System.getenv()).modelDir();
    LambdaConfiguration configuration =
        new LambdaConfiguration(
            LambdaConfiguration.HANDLER,
            memory,
            snapStart,
            Duration.ofSeconds(timeout),
            variables == null ? Map.of() : variables,
            List.of());
    RuntimeApiWarmup.run();
    try (LambdaPackage function = LambdaPackage.layOut(LocalEnvironment.home(), model)) {
      return run(function, configuration, files, contents);
    }
  }

  private int run(
      LambdaPackage function,
      LambdaConfiguration configuration,
      List<Path> files,
      List<byte[]> contents)
      throws IOException {
    long startedNanos = System.nanoTime();
    PrintWriter err = spec.commandLine().getErr();
    try (LocalLambda lambda = LocalLambda.start(function, configuration)) {
      // A signal stops this process at once; the hook stops the other process and deletes the
      // folder.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(lambda, function)));
      try {
        boolean refused = run(lambda, startedNanos, files, contents);
        if (printsLog) {
          lambda.log().forEach(err::println);
        }
        return refused ? ExitCode.REFUSED : ExitCode.RANKED;
      } catch (LambdaFailure e) {
        lambda.log().forEach(err::println);
        err.println("snapranker: " + e.getMessage());
        return ExitCode.NOT_STARTED;
      }
    }
  }

  private static void stop(LocalLambda lambda, LambdaPackage function) {
    lambda.close();
    try {
      function.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends the events; returns whether one was refused. */
  private boolean run(
      LocalLambda lambda, long startedNanos, List<Path> files, List<byte[]> contents) {
    lambda.awaitInit();
    double startMillis = (System.nanoTime() - startedNanos) / 1e6;
    long restoredNanos = System.nanoTime();
    lambda.restore();
    double restoreMillis = (System.nanoTime() - restoredNanos) / 1e6;
    PhaseTable table = new PhaseTable(spec.commandLine().getErr());
    table.start(startMillis, startParts(lambda));
    if (snapStart) {
      table.restore(restoreMillis);
    }
    boolean refused = false;
    for (int i = 0; i < files.size(); i++) {
      ProcessUse before = lambda.use();
      LambdaReply first = lambda.invoke(contents.get(i));
      spec.commandLine().getOut().println(first.body());
      refused |= parse(first.body()).path("statusCode").asInt(200) >= 400;
      Measurement warm = new Measurement(files.get(i).toString());
      before = repeat == 1 ? before : lambda.use();
      for (int again = 1; again < repeat; again++) {
        warm.add(lambda.invoke(contents.get(i)).nanos());
      }
      table.invoke(first.nanos() / 1e6, repeat, warm);
      ProcessUse after = lambda.use();
      long cpuNanos = after.cpuNanos() - before.cpuNanos();
      table.use(cpuNanos / 1e6 / Math.max(1, repeat - 1), after.peakBytes());
    }
    return refused;
  }

  /** Reads the times of the start from its record, which the function logs if metrics are on. */
  private static Map<String, Double> startParts(LocalLambda lambda) {
    Map<String, Double> parts = new LinkedHashMap<>();
    for (String line : lambda.log()) {
      if (line.contains("\"start_ms\"")) {
        for (Map.Entry<String, JsonNode> part : parse(line).path("start_ms").properties()) {
          parts.put(part.getKey(), part.getValue().asDouble());
        }
      }
    }
    return parts;
  }

  private static JsonNode parse(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Memory extends WholeNumber {
    Memory() {
      super(128, 10_240);
    }
  }

  private static final class Timeout extends WholeNumber {
    Timeout() {
      super(1, 900);
    }
  }
}
