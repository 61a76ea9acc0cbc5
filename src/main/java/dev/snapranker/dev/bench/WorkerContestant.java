package dev.snapranker.dev.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Counted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Measures a library in a process of its own, a worker. */
final class WorkerContestant implements Contestant {
  /** A worker's first line. */
  static final String READY = "ready";

  /** How long a worker may take for a line. Some convert the model before their first one. */
  private static final Duration LIMIT = Duration.ofMinutes(30);

  private static final JsonMapper MAPPER = new JsonMapper();

  private final Peer peer;
  private final Process process;
  private final Duration limit;
  private final Writer numbers;
  private final BufferedReader replies;
  private long cpuNanos;
  private volatile boolean isLate;

  private WorkerContestant(Peer peer, Process process, Duration limit) {
    this.peer = peer;
    this.process = process;
    this.limit = limit;
    this.numbers = process.outputWriter();
    this.replies = process.inputReader();
  }

  /** Starts a worker, and waits until it is ready; throws a {@link ContestantFailure} if not. */
  static WorkerContestant start(Peer peer) {
    return start(peer, LIMIT);
  }

  /**
   * @param limit how long the worker may take for a line
   */
  static WorkerContestant start(Peer peer, Duration limit) {
    ProcessBuilder builder =
        new ProcessBuilder(peer.command()).redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      WorkerContestant worker = new WorkerContestant(peer, builder.start(), limit);
      if (worker.isReady()) {
        return worker;
      }
      worker.close();
      throw worker.failure("did not start");
    } catch (IOException e) {
      // There is no such program; said below, as of one that ends at once.
    }
    throw peer.failure("did not start");
  }

  private boolean isReady() {
    try {
      return READY.equals(line());
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String name() {
    return peer.name();
  }

  @Override
  public Scores rank(BenchRequest request) {
    JsonNode reply = reply(request);
    JsonNode scores = reply.path("scores");
    if (scores.size() != request.candidates().size()) {
      throw peer.failure(
          "gave %s for the %s of request %d"
              .formatted(
                  Counted.of(scores.size(), "score"),
                  Counted.of(request.candidates().size(), "candidate"),
                  request.number()));
    }
    cpuNanos = reply.path("cpu_ns").asLong();
    return () ->
        StreamSupport.stream(scores.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
  }

  private JsonNode reply(BenchRequest request) {
    try {
      numbers.write(request.number() + "\n");
      numbers.flush();
      String reply = line();
      if (reply != null) {
        return MAPPER.readTree(reply);
      }
    } catch (IOException e) {
      // The worker has ended, or its reply is no JSON; said below, as of a reply that is missing.
    }
    throw failure("did not rank request " + request.number());
  }

  /** The worker's next line; null if it has ended. A worker that takes too long is ended. */
  private @Nullable String line() throws IOException {
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> {
              isLate = true;
              process.destroyForcibly();
            },
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS));
    try {
      return replies.readLine();
    } finally {
      end.cancel(false);
    }
  }

  private ContestantFailure failure(String problem) {
    return peer.failure(isLate ? "%s within %d s".formatted(problem, limit.toSeconds()) : problem);
  }

  @Override
  public long cpuNanos() {
    return cpuNanos;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
