package dev.snapranker.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.TinyBundle;
import dev.snapranker.dev.cli.Measurement;
import dev.snapranker.dev.cli.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The libraries of Java run for real, with a very fast model. Those of Python are run by hand. */
class PeersBenchTest {
  private static final String SCORES = "{\"scores\": [3, 2, 1], \"cpu_ns\": 1}";

  @TempDir private Path folder;

  @Test
  void allOfJavaRankTheSameRequests() throws IOException {
    Path file = writeAll();
    assertThat(report(new Peers(folder).ofJava(file), file))
        .anySatisfy(line -> assertThat(line).startsWith("snapranker  "))
        .anySatisfy(line -> assertThat(line).startsWith("snapranker, stock export "))
        .anySatisfy(line -> assertThat(line).startsWith("DJL, stock export "))
        .anySatisfy(line -> assertThat(line).startsWith("LangChain4j, stock export "));
  }

  /** Each is a process of its own that fails at another time. */
  @Test
  void aLibraryThatFailsGetsALineAndTheOthersGoOn() throws IOException {
    Path file = writeAll();
    List<String> lines =
        report(
            List.of(
                shell("no such program"),
                new Peer("missing", List.of(folder.resolve("missing").toString())),
                shell("echo ready; read n; exit 1"),
                shell("echo ready; read n; echo '" + SCORES + "'; exit 1"),
                shell("echo ready; read n; echo '" + SCORES + "'; read n; echo '" + SCORES + "'"),
                shell("echo ready; while read n; do echo 'no JSON'; done"),
                shell("echo ready; while read n; do echo '{\"scores\": [1]}'; done"),
                shell("echo ready; while read n; do echo '" + SCORES + "'; done # works")),
            file);
    assertThat(lines.subList(0, 7))
        .satisfiesExactly(
            line -> assertThat(line).contains(" did not start; to see why, run: 'sh' '-c' 'no "),
            line -> assertThat(line).startsWith("missing did not start; to see why, run: '"),
            line -> assertThat(line).contains("did not rank request 0; to see why, run: 'sh' "),
            line -> assertThat(line).contains("did not rank request 0; "), // not JSON
            line -> assertThat(line).contains("gave 1 score for the 3 candidates of request 0; "),
            line -> assertThat(line).contains("did not rank request 0; "), // in the first round
            line -> assertThat(line).contains("did not rank request 0; ")); // in the second
    assertThat(lines.subList(7, lines.size()))
        .filteredOn(line -> line.contains("snapranker") || line.startsWith("echo"))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("snapranker  "),
            line -> assertThat(line).startsWith("snapranker, stock export "),
            line -> assertThat(line).contains("# works"),
            line -> assertThat(line).startsWith("times: "));
  }

  @Test
  void aLibraryThatTakesTooLongIsEnded() {
    Peer silent = shell("read n");
    assertThatThrownBy(() -> WorkerContestant.start(silent, Duration.ZERO))
        .isInstanceOf(ContestantFailure.class)
        .hasMessageStartingWith("read n did not start within 0 s; to see why, run: 'sh' ");
  }

  @Test
  void aLibraryThatTakesTooLongForARequestIsEnded() {
    Peer silent = shell("echo ready; read n; read n");
    try (WorkerContestant worker = WorkerContestant.start(silent, Duration.ofSeconds(5))) {
      assertThatThrownBy(() -> worker.rank(new BenchRequest(7, "{}", "q", List.of("a"))))
          .isInstanceOf(ContestantFailure.class)
          .hasMessageStartingWith("echo ready; read n; read n did not rank request 7 within 5 s; ");
    }
  }

  @Test
  void noLibraryRunsOnAfterTheReport() throws IOException {
    Path pid = folder.resolve("pid");
    Peer endless =
        shell("echo $$ > '" + pid + "'; echo ready; while true; do echo '" + SCORES + "'; done");
    report(List.of(endless), writeAll());
    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))).isEmpty();
  }

  @Test
  void roundsToWarmUpDoNotCount() throws IOException {
    List<BenchRequest> requests = BenchRequest.read(writeAll());
    try (WorkerContestant worker =
        WorkerContestant.start(
            shell("echo ready; while read n; do echo '" + SCORES + "'; done"),
            Duration.ofMinutes(1))) {
      assertThat(new Rounds(3, 2).measure(List.of(worker), requests, _ -> {}).values())
          .extracting(Measurement::count)
          .containsExactly(2);
    }
  }

  @Test
  void aFolderWithoutTheCheckpointIsRefusedForPython() throws IOException {
    Path file = writeAll();
    assertThatThrownBy(() -> new Peers(folder).ofPython(Path.of("true"), file))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(folder.resolve("checkpoint") + " is missing; ");
  }

  @Test
  void aPythonThatCannotRunOrHasNoLibraryIsRefused() throws IOException {
    Path file = writeAll();
    Files.createDirectory(folder.resolve("checkpoint"));
    Peers peers = new Peers(folder);
    assertThatThrownBy(() -> peers.ofPython(folder.resolve("python"), file))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--python: cannot run " + folder.resolve("python"));
    assertThatThrownBy(() -> peers.ofPython(Path.of("false"), file))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--python: cannot run false ");
    assertThatThrownBy(() -> peers.ofPython(Path.of("true"), file))
        .isInstanceOf(UsageException.class)
        .hasMessage("--python true has none of the packages of benchmarks/requirements.txt");
  }

  @Test
  void aFolderWithoutABundleIsRefused() throws IOException {
    TinyBundle.write(folder.resolve("bundle"), "1");
    assertThatThrownBy(() -> new Peers(folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(folder.resolve("fp32").resolve("reranker.json") + " is missing");
  }

  private static Peer shell(String script) {
    return new Peer(script, List.of("sh", "-c", script));
  }

  private Path writeAll() throws IOException {
    TinyBundle.write(folder.resolve("bundle"), "1");
    TinyBundle.write(folder.resolve("fp32"), "1");
    TinyBundle.writeStock(folder.resolve("stock"));
    Path file = folder.resolve("requests.jsonl");
    Files.writeString(
        file, "\n{\"query\": \"q\", \"candidates\": [\"a\", \"another one\", \"c\"]}\n");
    return file;
  }

  private List<String> report(List<Peer> others, Path file) {
    StringWriter out = new StringWriter();
    new PeersBench(new Peers(folder), others, BenchRequest.read(file), new Rounds(0, 2))
        .report(new PrintWriter(out, true));
    return out.toString().lines().toList();
  }
}
