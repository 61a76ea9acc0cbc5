package dev.snapranker.dev.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import dev.snapranker.model.Opened;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/**
 * One Lambda execution environment on this machine: a process that runs the function's package with
 * Lambda's runtime interface client.
 */
final class LocalLambda implements AutoCloseable {
  private static final String JNI_PROPERTY =
      "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";

  private final RuntimeApi api;
  private final Process process;
  private final LambdaConfiguration configuration;
  private final Queue<String> log = new ConcurrentLinkedQueue<>();

  private LocalLambda(RuntimeApi api, Process process, LambdaConfiguration configuration) {
    this.api = api;
    this.process = process;
    this.configuration = configuration;
    // Not virtual: the read blocks as long as the process lives, and a carrier would block with it.
    Thread.ofPlatform().name("lambda-output").daemon().start(this::follow);
  }

  /** Collects the process's output until it exits. */
  private void follow() {
    try {
      process.inputReader(StandardCharsets.UTF_8).lines().forEach(log::add);
    } catch (UncheckedIOException e) {
      // The process was ended, which also closes its output.
    }
    api.abandon(new LambdaFailure("exit", "exit code " + exitCode()));
  }

  /** Starts the process. {@link #awaitInit} waits until its init is complete. */
  static LocalLambda start(LambdaPackage function, LambdaConfiguration configuration)
      throws IOException {
    Opened opened = new Opened();
    RuntimeApi api = opened.add(new RuntimeApi(configuration.timeLimit()));
    try {
      return new LocalLambda(api, process(function, configuration, api.address()), configuration);
    } catch (Throwable e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  private static Process process(
      LambdaPackage function, LambdaConfiguration configuration, String runtimeApi)
      throws IOException {
    List<String> command = new ArrayList<>(configuration.wrapper());
    command.add(function.java().toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:MaxHeapSize=" + configuration.memoryMegabytes() * 17 / 20 + "m");
    // The JVM's default share of the memory, but of the function's memory, not of this machine's.
    command.add("-XX:InitialHeapSize=" + configuration.memoryMegabytes() / 64 + "m");
    command.add("-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac");
    command.add("-D" + JNI_PROPERTY + "=" + function.runtimeLibrary());
    command.add("-Djava.io.tmpdir=" + function.temporary());
    command.addAll(List.of("-cp", runtimeClassPath(), AWSLambda.class.getName()));
    command.add(configuration.handler());
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(function.root().toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(configuration.environment(function));
    builder.environment().put("AWS_LAMBDA_RUNTIME_API", runtimeApi);
    return builder.start();
  }

  /** Waits for the snapshot point; throws a {@link LambdaFailure} after the time limit of init. */
  void awaitInit() {
    awaitInit(configuration.initLimit());
  }

  /** The same with another time limit. */
  void awaitInit(Duration limit) {
    await(api.initialised(), limit, "init", "it did not end");
  }

  /**
   * Continues from the snapshot point; returns when the function is ready for the first event.
   * Throws a {@link LambdaFailure} after the time limit.
   */
  void restore() {
    api.restore();
    await(api.ready(), configuration.timeLimit(), "restore", "it did not end");
  }

  /** Sends an event; throws a {@link LambdaFailure} if there is no reply within the time limit. */
  LambdaReply invoke(byte[] event) {
    return await(api.invoke(event), configuration.timeLimit(), "invoke", "no reply");
  }

  CompletableFuture<LambdaReply> invokeLater(byte[] event) {
    return api.invoke(event);
  }

  /** All lines of the process's output so far. */
  List<String> log() {
    return List.copyOf(log);
  }

  long pid() {
    return process.pid();
  }

  /** What the environment has used so far. */
  ProcessUse use() {
    return ProcessUse.of(process.toHandle());
  }

  int exitCode() {
    return process.onExit().join().exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly(); // Lambda stops an environment in the same way
    process.onExit().join();
    api.close();
  }

  private static <T> T await(
      CompletableFuture<T> future, Duration limit, String phase, String missing) {
    try {
      return future.copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      throw switch (e.getCause()) {
        case LambdaFailure failure -> failure;
        case TimeoutException _ ->
            new LambdaFailure(
                phase, "%s within its time limit, %d s".formatted(missing, limit.toSeconds()));
        case null, default -> e;
      };
    }
  }

  /** Only the runtime client's jars: the function's own jars are in its folder. */
  private static String runtimeClassPath() {
    return Stream.of(
            AWSLambda.class, Context.class, PojoSerializer.class, SdkInternalThreadLocal.class)
        .map(LocalLambda::jar)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String jar(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
