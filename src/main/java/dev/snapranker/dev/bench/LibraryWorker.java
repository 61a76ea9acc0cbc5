package dev.snapranker.dev.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A process in which one library of Java ranks, as {@code benchmarks/worker.py} has it for Python:
 * a request's number comes in, its scores and the processor time so far go out.
 */
public final class LibraryWorker {
  private static final JsonMapper MAPPER = new JsonMapper();

  private LibraryWorker() {}

  /**
   * Answers until its input ends.
   *
   * @param arguments a {@link JavaPeer}, a stock export's bundle and the file of the requests
   */
  public static void main(String[] arguments) throws Exception {
    PrintStream replies = System.out;
    System.setOut(System.err); // what libraries print must not get between the replies
    List<BenchRequest> requests = BenchRequest.read(Path.of(arguments[2]));
    try (Library library = JavaPeer.valueOf(arguments[0]).open(Path.of(arguments[1]));
        BufferedReader numbers =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      replies.println(WorkerContestant.READY);
      for (String line = numbers.readLine(); line != null; line = numbers.readLine()) {
        replies.println(reply(library, requests.get(Integer.parseInt(line))));
      }
    }
  }

  private static String reply(Library library, BenchRequest request) throws IOException {
    double[] scores = library.rank(request.query(), request.candidates());
    return MAPPER.writeValueAsString(Map.of("scores", scores, "cpu_ns", OwnCpuTime.nanos()));
  }
}
