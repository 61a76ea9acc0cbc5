package dev.snapranker.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.TinyBundle;
import dev.snapranker.dev.cli.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The libraries of Java run for real, with a very fast model. Those of Python are run by hand. */
class PeersBenchTest {
  @TempDir private Path folder;

  @Test
  void allOfJavaRankTheSameRequests() throws IOException {
    TinyBundle.write(folder.resolve("bundle"), "1");
    TinyBundle.write(folder.resolve("fp32"), "1");
    TinyBundle.writeStock(folder.resolve("stock"));
    Path file = folder.resolve("requests.jsonl");
    Files.writeString(
        file, "{\"query\": \"q\", \"candidates\": [\"a\", \"another one\", \"c\"]}\n");
    StringWriter out = new StringWriter();
    report(file, new PrintWriter(out));
    assertThat(out.toString().lines())
        .anySatisfy(line -> assertThat(line).startsWith("snapranker  "))
        .anySatisfy(line -> assertThat(line).startsWith("snapranker, stock export "))
        .anySatisfy(line -> assertThat(line).startsWith("DJL, stock export "))
        .anySatisfy(line -> assertThat(line).startsWith("LangChain4j, stock export "));
  }

  @Test
  void aFolderWithoutABundleIsRefused() throws IOException {
    TinyBundle.write(folder.resolve("bundle"), "1");
    assertThatThrownBy(() -> new Peers(folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(folder.resolve("fp32").resolve("reranker.json") + " is missing");
  }

  private void report(Path file, PrintWriter out) throws IOException {
    new PeersBench(new Peers(folder), null, file, BenchRequest.read(file), new Rounds(0, 1))
        .report(out);
  }
}
