package dev.snapranker.dev.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.stream.StreamSupport;

/** Measures a library in a process of its own, a worker. */
final class WorkerContestant implements Contestant {
  /** A worker's first line. */
  static final String READY = "ready";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final Peer peer;
  private final Process process;
  private final Writer numbers;
  private final BufferedReader replies;
  private long cpuNanos;

  private WorkerContestant(Peer peer, Process process) {
    this.peer = peer;
    this.process = process;
    this.numbers = process.outputWriter();
    this.replies = process.inputReader();
  }

  /** Starts a worker, and waits until it is ready; throws a {@link ContestantFailure} if not. */
  static WorkerContestant start(Peer peer) {
    ProcessBuilder builder =
        new ProcessBuilder(peer.command()).redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      WorkerContestant worker = new WorkerContestant(peer, builder.start());
      if (worker.isReady()) {
        return worker;
      }
      worker.close();
    } catch (IOException e) {
      // There is no such program; said below, as of one that ends at once.
    }
    throw peer.failure("did not start");
  }

  private boolean isReady() {
    try {
      return READY.equals(replies.readLine());
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
          "gave %d scores for the %d candidates of request %d"
              .formatted(scores.size(), request.candidates().size(), request.number()));
    }
    cpuNanos = reply.path("cpu_ns").asLong();
    return () ->
        StreamSupport.stream(scores.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
  }

  private JsonNode reply(BenchRequest request) {
    try {
      numbers.write(request.number() + "\n");
      numbers.flush();
      String reply = replies.readLine();
      if (reply != null) {
        return MAPPER.readTree(reply);
      }
    } catch (IOException e) {
      // The worker has ended, or its reply is no JSON; said below, as of a reply that is missing.
    }
    throw peer.failure("did not rank request " + request.number());
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
