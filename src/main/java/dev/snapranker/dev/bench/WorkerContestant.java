package dev.snapranker.dev.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.cli.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** Measures a library of Python, in a process of {@code benchmarks/worker.py}. */
final class WorkerContestant implements Contestant {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final String name;
  private final List<BenchRequest> requests;
  private final Process process;
  private final Writer numbers;
  private final BufferedReader replies;
  private long cpuNanos;

  /** Starts the process, and waits until it is ready. */
  WorkerContestant(
      Path python, Path worker, String name, Path peers, Path file, List<BenchRequest> requests)
      throws IOException {
    this.name = name;
    this.requests = requests;
    this.process =
        python(python, worker, name, peers.toString(), file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    this.numbers = process.outputWriter();
    this.replies = process.inputReader();
    if (!"ready".equals(replies.readLine())) {
      close();
      throw new UsageException(
          "%s %s '%s' %s %s did not start; run it to see why"
              .formatted(python, worker, name, peers, file));
    }
  }

  /** The names of the peers whose packages are installed. */
  static List<String> installed(Path python, Path worker) throws IOException {
    Process listing = python(python, worker, "--list").start();
    try (BufferedReader names = listing.inputReader()) {
      return names.lines().toList();
    }
  }

  private static ProcessBuilder python(Path python, Path worker, String... arguments) {
    List<String> command = new ArrayList<>(List.of(python.toString(), worker.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
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
