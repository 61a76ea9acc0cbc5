package dev.snapranker.dev.runtime;

import dev.snapranker.boot.Platform;
import dev.snapranker.boot.Setting;
import dev.snapranker.boot.Settings;
import dev.snapranker.dev.cli.Invoker;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Execution environments of the packaged function on this machine, each a process, behind a local
 * Invoke API. An invocation that finds none free is throttled; an environment that dies or exceeds
 * the time limit is replaced.
 */
public final class LocalWorkers implements AutoCloseable {
  private static final String FUNCTION = "snapranker";

  private static final int MEMORY_MEGABYTES = 3008;

  private final LambdaPackage function;
  private final LambdaConfiguration configuration;
  private final List<LocalLambda> running = new CopyOnWriteArrayList<>();
  private final BlockingQueue<LocalLambda> free = new LinkedBlockingQueue<>();
  private final InvokeApi api;
  private volatile boolean closing;

  private LocalWorkers(LambdaPackage function, LambdaConfiguration configuration)
      throws IOException {
    this.function = function;
    this.configuration = configuration;
    this.api = new InvokeApi((_, event) -> invoke(event));
  }

  /**
   * Lays out the package and starts environments.
   *
   * @param count how many
   * @param variables the environment of this process, of which the function's settings are taken
   */
  public static LocalWorkers start(int count, Map<String, String> variables)
      throws IOException, InterruptedException {
    return start(count, variables, Invoker.TIME_LIMIT);
  }

  static LocalWorkers start(int count, Map<String, String> variables, Duration timeLimit)
      throws IOException, InterruptedException {
    Path home = LocalEnvironment.home();
    Path model = LocalEnvironment.settings(home, variables).modelDir();
    Opened opened = new Opened();
    try {
      LambdaPackage function = opened.add(LambdaPackage.layOut(home, model));
      LambdaConfiguration configuration =
          new LambdaConfiguration(
              LambdaConfiguration.HANDLER,
              MEMORY_MEGABYTES,
              false,
              timeLimit,
              forWorkers(variables),
              List.of());
      LocalWorkers workers = opened.add(new LocalWorkers(function, configuration));
      List<LocalLambda> started = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        started.add(workers.startOne());
      }
      for (LocalLambda worker : started) {
        worker.awaitInit();
        workers.free.add(worker);
      }
      return workers;
    } catch (Throwable e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  /** The function's settings, except for folders, which have their own, and for fusion. */
  private static Map<String, String> forWorkers(Map<String, String> variables) {
    Map<String, String> workers = new HashMap<>();
    Settings.ALL.stream()
        .map(Setting::variable)
        .filter(variables::containsKey)
        .filter(name -> !name.endsWith("_DIR") && !name.startsWith("FUSION"))
        .forEach(name -> workers.put(name, variables.get(name)));
    workers.put("METRICS_NAMESPACE", "none");
    workers.putIfAbsent("FAN_OUT_CANDIDATES", "100");
    workers.put("SCORING_THREADS", workers.getOrDefault("SCORING_THREADS", "1"));
    return workers;
  }

  /**
   * The environment of a process that sends slices to these workers: the given one, as a function
   * that fans out.
   *
   * @param variables the environment of this process
   */
  public Map<String, String> variables(Map<String, String> variables) {
    Map<String, String> caller = new HashMap<>(variables);
    caller.put(Platform.INVOKE_ENDPOINT, api.endpoint().toString());
    caller.put("AWS_LAMBDA_FUNCTION_NAME", FUNCTION);
    caller.putIfAbsent("FAN_OUT_CANDIDATES", "100");
    caller.putIfAbsent("FAN_OUT_SLICES", Integer.toString(Math.max(2, running.size() + 1)));
    return caller;
  }

  URI endpoint() {
    return api.endpoint();
  }

  /** The environments, whether they are free or not. */
  List<LocalLambda> running() {
    return List.copyOf(running);
  }

  private LocalLambda startOne() throws IOException {
    LocalLambda worker = LocalLambda.start(function, configuration);
    running.add(worker);
    return worker;
  }

  private InvokeApi.Outcome invoke(byte[] event) throws InterruptedException {
    LocalLambda worker = free.poll();
    if (worker == null) {
      return InvokeApi.Refused.THROTTLED;
    }
    try {
      LambdaReply reply =
          worker
              .invokeLater(event)
              .get(configuration.timeLimit().toMillis(), TimeUnit.MILLISECONDS);
      free.add(worker);
      return new InvokeApi.Replied(reply.body());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LambdaFailure failure && failure.phase().equals("invoke")) {
        free.add(worker);
        return new InvokeApi.FunctionError("Unhandled", "the function failed");
      }
      replace(worker);
      return new InvokeApi.FunctionError("Runtime.ExitError", "the process exited");
    } catch (TimeoutException e) {
      replace(worker);
      return new InvokeApi.FunctionError("Sandbox.Timedout", "the time limit was exceeded");
    }
  }

  /** Ends an environment by its process, and starts another one. */
  private void replace(LocalLambda worker) {
    worker.close();
    running.remove(worker);
    if (closing) {
      return;
    }
    try {
      LocalLambda another = startOne();
      Thread.ofVirtual().start(() -> freeOnceStarted(another));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void freeOnceStarted(LocalLambda worker) {
    try {
      worker.awaitInit();
      free.add(worker);
    } catch (LambdaFailure e) { // its init failed or hangs, or these workers are being closed
      running.remove(worker);
      worker.close();
    }
  }

  @Override
  public void close() {
    closing = true;
    api.close();
    Opened opened = new Opened();
    opened.add(function);
    running.forEach(opened::add);
    opened.close();
  }

  /** How many environments there may be; each needs the memory of a function. */
  public static final class Count extends WholeNumber {
    Count() {
      super(0, 64);
    }
  }
}
