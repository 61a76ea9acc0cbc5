package dev.snapranker.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.TinyBundle;
import dev.snapranker.store.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./snapranker batch}, ended with SIGKILL at random moments and started again. */
@Timeout(400)
class JobKillIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int KILLS = 20;
  private static final int SHARDS = 2;
  private static final int LINES = 500;

  @TempDir private static Path folder;
  private static S3Server s3;

  @BeforeAll
  static void start() throws Exception {
    TinyBundle.write(folder.resolve("tiny"), "1");
    s3 = S3Server.start(folder.resolve("s3mock.log"));
    Files.createDirectories(folder.resolve("in"));
    for (int shard = 0; shard < SHARDS; shard++) {
      String name = "part-%d.jsonl".formatted(shard);
      byte[] lines = lines(shard);
      s3.put("in/" + name, lines);
      Files.write(folder.resolve("in").resolve(name), lines);
    }
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @Test
  void overS3NothingIsLostOrRepeated() throws Exception {
    killed(
        "s3://models/in/",
        "s3://models/out-%s/",
        out -> {
          List<String> all = new ArrayList<>();
          for (String key : s3.keys(out.replace("s3://models/", ""))) {
            if (!key.contains(".progress")) {
              all.add(
                  key.replaceAll(".*/", "")
                      + " "
                      + new String(s3.get(key), StandardCharsets.UTF_8));
            }
          }
          return all;
        });
    assertThat(s3.openUploads()).as("uploads begun by killed processes and left").isZero();
  }

  @Test
  void overFilesNothingIsLostOrRepeated() throws Exception {
    killed(
        folder.resolve("in").toString(),
        folder + "/out-%s",
        out -> {
          List<String> all = new ArrayList<>();
          try (var files = Files.list(Path.of(out))) {
            for (Path file : files.sorted().toList()) {
              if (!file.endsWith(".progress")) { // nor is anything left that a killed one began
                all.add(file.getFileName() + " " + Files.readString(file));
              }
            }
          }
          return all;
        });
  }

  private static void killed(String input, String output, Outputs outputs) throws Exception {
    long started = System.nanoTime();
    assertThat(run(input, output.formatted("undisturbed"), Long.MAX_VALUE)).isZero();
    long undisturbedMillis = (System.nanoTime() - started) / 1_000_000;
    List<String> undisturbed = outputs.of(output.formatted("undisturbed"));
    assertThat(undisturbed).hasSize(2 * SHARDS);
    Random random = new Random(20);
    int kills = 0;
    int ends = 0;
    while (kills < KILLS) {
      String out = output.formatted(ends);
      long millis = undisturbedMillis / 5 + random.nextLong(undisturbedMillis / 2);
      if (run(input, out, millis) == 0) { // it had got far enough before
        assertThat(outputs.of(out)).isEqualTo(undisturbed);
        ends++;
      } else {
        kills++;
      }
    }
    String last = output.formatted(ends);
    assertThat(run(input, last, Long.MAX_VALUE)).isZero();
    assertThat(outputs.of(last)).isEqualTo(undisturbed);
    System.out.printf(
        "%d kills of a job that takes %d ms undisturbed, over %s: %d jobs ended, each with the same"
            + " %d bytes%n",
        kills,
        undisturbedMillis,
        input.startsWith("s3:") ? "S3" : "files",
        ends + 1,
        undisturbed.stream().mapToLong(String::length).sum());
  }

  /** The exit code; 137 if it had to be killed. */
  private static int run(String input, String output, long killAfterMillis) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-Daws.region=us-east-1",
            "-Daws.accessKeyId=id",
            "-Daws.secretAccessKey=secret",
            "-Daws.endpointUrlS3=" + s3.address(),
            "-cp",
            System.getProperty("java.class.path"),
            "dev.snapranker.dev.Main",
            "batch",
            "--input",
            input,
            "--output",
            output,
            "--trec",
            "--checkpoint-seconds",
            "0.05",
            "--option",
            "return_text=true");
    builder.environment().put("MODEL_DIR", folder.resolve("tiny").toString());
    builder.environment().put("NATIVE_DIR", DefaultBundle.nativeDir());
    Path log = folder.resolve("batch.log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(killAfterMillis, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly(); // SIGKILL
      }
      int exitCode = process.waitFor();
      assertThat(exitCode).as(Files.readString(log)).isIn(0, 137);
      return exitCode;
    } finally {
      process.destroyForcibly();
    }
  }

  private static byte[] lines(int shard) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      ObjectNode line = MAPPER.createObjectNode();
      line.put("query_id", "q" + shard + "-" + i).put("query", "word " + i);
      if (i % 200 == 199) {
        line.remove("query"); // a bad line
      }
      ArrayNode candidates = line.putArray("candidates");
      candidates.add("another word " + i);
      for (int j = 0; j < 3; j++) {
        candidates.add("word " + j + " " + "x".repeat(4_000));
      }
      lines.append(line).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what a job wrote. */
  @FunctionalInterface
  private interface Outputs {
    List<String> of(String output) throws IOException;
  }
}
