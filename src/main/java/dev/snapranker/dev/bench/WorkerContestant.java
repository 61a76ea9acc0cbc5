package dev.snapranker.dev.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.cli.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Measures a library in a process of its own, a worker. */
final class WorkerContestant implements Contestant {
  /** A worker's first line. */
  static final String READY = "ready";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final String name;
  private final List<BenchRequest> requests;
  private final Process process;
  private final Writer numbers;
  private final BufferedReader replies;
  private long cpuNanos;

  /** Starts the worker, and waits until it is ready. */
  WorkerContestant(String name, List<String> command, List<BenchRequest> requests)
      throws IOException {
    this.name = name;
    this.requests = requests;
    this.process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    this.numbers = process.outputWriter();
    this.replies = process.inputReader();
    if (!READY.equals(replies.readLine())) {
      close();
      throw new UsageException(
          name
              + " did not start; to see why, run: "
              + command.stream().map(part -> "'" + part + "'").collect(Collectors.joining(" ")));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Scores rank(BenchRequest request) {
    String reply = reply(requests.indexOf(request));
    return () ->
        StreamSupport.stream(read(reply).path("scores").spliterator(), false)
            .mapToDouble(JsonNode::asDouble)
            .toArray();
  }

  private String reply(int number) {
    try {
      numbers.write(number + "\n");
      numbers.flush();
      String reply = replies.readLine();
      if (reply == null) {
        throw new UsageException(name + " ended before it had ranked request " + number);
      }
      cpuNanos = read(reply).path("cpu_ns").asLong();
      return reply;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(String reply) {
    try {
      return MAPPER.readTree(reply);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long cpuNanos() {
    return cpuNanos;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
