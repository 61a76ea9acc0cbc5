package dev.snapranker.dev.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Thorough;
import dev.snapranker.TinyBundle;
import dev.snapranker.store.FaultyProxy;
import dev.snapranker.store.FaultyProxy.Moment;
import dev.snapranker.store.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./snapranker batch}, ended with SIGKILL and started again: over S3 at a request, before or
 * after S3 gets it, over files and over a collection when it writes a file.
 */
@Timeout(400)
class JobKillIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int FEW_KILLS = 2;
  private static final int MANY_KILLS = 20;
  private static final int SHARDS = 2;
  private static final int LINES = 500;
  private static final int KILLED = 128 + 9;
  private static final String LOG = "batch.log";

  @TempDir private static Path folder;
  private static S3Server s3;
  private static FaultyProxy proxy;

  @BeforeAll
  static void start() throws Exception {
    TinyBundle.write(folder.resolve("tiny"), "1");
    s3 = S3Server.withBucket("kills");
    proxy = new FaultyProxy(s3.address());
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
    proxy.close();
    s3.close();
  }

  @Test
  void overS3NothingIsLostOrRepeated() throws Exception {
    overS3(FEW_KILLS);
  }

  @Thorough
  @Test
  void overS3NothingIsLostOrRepeatedHoweverOftenItIsKilled() throws Exception {
    overS3(MANY_KILLS);
  }

  @Test
  void overFilesNothingIsLostOrRepeated() throws Exception {
    overFiles(FEW_KILLS);
  }

  @Thorough
  @Test
  void overFilesNothingIsLostOrRepeatedHoweverOftenItIsKilled() throws Exception {
    overFiles(MANY_KILLS);
  }

  @Test
  void overACollectionNothingIsLostOrRepeated() throws Exception {
    overCollection(FEW_KILLS);
  }

  @Thorough
  @Test
  void overACollectionNothingIsLostOrRepeatedHoweverOftenItIsKilled() throws Exception {
    overCollection(MANY_KILLS);
  }

  private static void overS3(int kills) throws Exception {
    killed(kills, new OverS3("out-" + kills + "-kills"));
    assertThat(s3.openUploads()).as("uploads begun by killed processes and left").isZero();
  }

  private static void overFiles(int kills) throws Exception {
    killed(
        kills,
        new OverFiles(
            folder.resolve("out-" + kills + "-kills"),
            2 * SHARDS,
            results -> List.of("--trec", "--input", folder + "/in", "--output", results + "")));
  }

  private static void overCollection(int kills) throws Exception {
    Path collection = folder.resolve("collection-" + kills);
    writeCollection(collection);
    killed(
        kills,
        new OverFiles(
            folder.resolve("run-" + kills + "-kills"),
            2,
            results ->
                List.of(
                    "--collection=" + collection,
                    "--run=" + collection + "/first.run",
                    "--out=" + results + "/new.run")));
  }

  private static void killed(int kills, Place place) throws Exception {
    assertThat(place.run("undisturbed", Integer.MAX_VALUE)).isZero();
    int moments = place.moments();
    List<String> undisturbed = place.outputs("undisturbed");
    assertThat(undisturbed).hasSize(place.outputFiles());
    Random random = new Random(20);
    int killed = 0;
    int ends = 0;
    while (killed < kills) {
      String out = "out-" + ends;
      if (place.run(out, 1 + moments / 5 + random.nextInt(moments / 2)) == KILLED) {
        killed++;
      } else { // it had got far enough before
        assertThat(place.outputs(out)).isEqualTo(undisturbed);
        ends++;
      }
    }
    String last = "out-" + ends;
    assertThat(place.run(last, Integer.MAX_VALUE)).isZero();
    assertThat(place.outputs(last)).isEqualTo(undisturbed);
    System.out.printf(
        "%d kills of a job with %d %s: %d jobs ended, each with the same %d bytes%n",
        killed, moments, place, ends + 1, undisturbed.stream().mapToLong(String::length).sum());
  }

  /** Where a job reads and writes, and the moments at which it can be killed there. */
  private interface Place {
    /** The exit code of a job that is killed after this many moments, if it runs that long. */
    int run(String out, int killAt) throws Exception;

    /** How many there were in the last run. */
    int moments();

    /** How many files a job has for readers. */
    int outputFiles();

    List<String> outputs(String out) throws IOException;
  }

  private static final class OverS3 implements Place {
    private final String prefix;
    private int before;

    OverS3(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public int run(String out, int killAt) throws Exception {
      CompletableFuture<Process> process = new CompletableFuture<>();
      before = proxy.requests();
      proxy.interrupt(
          killAt % 2 == 0 ? Moment.BEFORE : Moment.AFTER,
          killAt,
          () -> process.join().destroyForcibly().onExit().join());
      process.complete(
          batch(
              List.of(
                  "--trec",
                  "--input=s3://kills/in/",
                  "--output=s3://kills/%s/%s/".formatted(prefix, out))));
      return exitCode(process.join());
    }

    @Override
    public int moments() {
      return proxy.requests() - before;
    }

    @Override
    public int outputFiles() {
      return 2 * SHARDS;
    }

    @Override
    public List<String> outputs(String out) {
      return s3.keys(prefix + "/" + out + "/").stream()
          .filter(key -> !key.contains(".progress"))
          .map(key ->
              key.replaceAll(".*/", "") + " " + new String(s3.get(key), StandardCharsets.UTF_8))
          .toList();
    }

    @Override
    public String toString() {
      return "requests to S3";
    }
  }

  private static final class OverFiles implements Place {
    private final Path outputs;
    private final int outputFiles;
    private final Function<Path, List<String>> arguments; // by the folder of results
    private int files;

    OverFiles(Path outputs, int outputFiles, Function<Path, List<String>> arguments) {
      this.outputs = outputs;
      this.outputFiles = outputFiles;
      this.arguments = arguments;
    }

    @Override
    public int run(String out, int killAt) throws Exception {
      Path results = outputs.resolve(out);
      Path progress = Files.createDirectories(results.resolve(".progress"));
      try (WatchService changes = results.getFileSystem().newWatchService()) {
        results.register(changes, StandardWatchEventKinds.ENTRY_CREATE);
        progress.register(changes, StandardWatchEventKinds.ENTRY_CREATE);
        Process process = batch(arguments.apply(results));
        var _ = process.onExit().thenRun(() -> close(changes));
        files = 0;
        try {
          while (files < killAt) {
            WatchKey key = changes.take();
            files += key.pollEvents().size();
            key.reset();
          }
          process.destroyForcibly();
        } catch (ClosedWatchServiceException e) {
          // It ended before.
        }
        return exitCode(process);
      }
    }

    private static void close(WatchService changes) {
      try {
        changes.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public int moments() {
      return files;
    }

    @Override
    public int outputFiles() {
      return outputFiles;
    }

    @Override
    public List<String> outputs(String out) throws IOException {
      List<String> all = new ArrayList<>();
      try (Stream<Path> files = Files.list(outputs.resolve(out))) {
        for (Path file : files.sorted().toList()) {
          if (!file.endsWith(".progress")) { // nor is anything left that a killed one began
            all.add(file.getFileName() + " " + Files.readString(file));
          }
        }
      }
      return all;
    }

    @Override
    public String toString() {
      return "new files";
    }
  }

  private static Process batch(List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-Daws.region=us-east-1",
                "-Daws.accessKeyId=id",
                "-Daws.secretAccessKey=secret",
                "-Daws.endpointUrlS3=" + proxy.address(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.snapranker.dev.Main",
                "batch",
                "--checkpoint-seconds",
                "0.05",
                "--option",
                "return_text=true"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("MODEL_DIR", folder.resolve("tiny").toString());
    builder.environment().put("NATIVE_DIR", DefaultBundle.nativeDir());
    return builder.redirectErrorStream(true).redirectOutput(folder.resolve(LOG).toFile()).start();
  }

  private static int exitCode(Process process) throws Exception {
    int exitCode = process.waitFor();
    assertThat(exitCode).as(Files.readString(folder.resolve(LOG))).isIn(0, KILLED);
    return exitCode;
  }

  private static void writeCollection(Path collection) throws IOException {
    Files.createDirectories(collection);
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder run = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      corpus.append("d%d\tword %d %s\n".formatted(i, i, "x".repeat(4_000)));
      queries.append("q%d\tword %d\n".formatted(i, i));
      for (int j = 0; j < 4; j++) {
        run.append("q%d\td%d\t%d\n".formatted(i, (i + 37 * j) % LINES, j + 1));
      }
    }
    Files.writeString(collection.resolve("collection.tsv"), corpus);
    Files.writeString(collection.resolve("queries.tsv"), queries);
    Files.writeString(collection.resolve("first.run"), run);
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
}
