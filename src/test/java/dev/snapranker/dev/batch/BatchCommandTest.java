package dev.snapranker.dev.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An output never touches an input, by whatever name; nothing is written before that is known. */
class BatchCommandTest {
  private static final String LINE = "{\"query\": \"q\", \"candidates\": [\"a\"]}\n";

  @TempDir private Path folder;

  @BeforeEach
  void layOut() throws IOException {
    Files.createDirectories(folder.resolve("d/sub"));
    Files.createDirectories(folder.resolve("s"));
    Files.createDirectories(folder.resolve("out"));
    Files.createDirectories(folder.resolve("linked"));
    Files.createDirectories(folder.resolve("progress"));
    Files.writeString(folder.resolve("d/q.jsonl"), LINE);
    Files.writeString(folder.resolve("d/r.jsonl"), LINE);
    Files.writeString(folder.resolve("s/part-0002.jsonl"), LINE + LINE);
    Files.createSymbolicLink(folder.resolve("e"), folder.resolve("d"));
    Files.createSymbolicLink(folder.resolve("out/r.jsonl"), folder.resolve("d/q.jsonl"));
    Files.createLink(folder.resolve("linked/q.jsonl"), folder.resolve("d/q.jsonl"));
    Files.createSymbolicLink(folder.resolve("linked/r.run"), folder.resolve("d/r.jsonl"));
    Files.createSymbolicLink(folder.resolve("progress/.progress"), folder.resolve("d"));
    Files.createSymbolicLink(folder.resolve("s2"), folder.resolve("s"));
  }

  @ParameterizedTest
  @CsvSource({
    "d/q.jsonl, d",
    "d/q.jsonl, d/",
    "d/q.jsonl, d/sub/..",
    "d/q.jsonl, e",
    "e/q.jsonl, d",
    "d, d",
    "d, d/../d",
    "d, e",
    "e/, d/./",
    "d/r.jsonl, out", // a link to what is no input of this job, but not this job's output either
    "d, out",
    "d, linked",
    "d/r.jsonl, linked",
    "d, progress",
    "d/q.jsonl, progress"
  })
  void anOutputThatIsAnInputIsRefused(String input, String output) throws IOException {
    Map<String, String> before = files();
    for (String trec : new String[] {"--trec", "--checkpoint-seconds=1"}) {
      if (trec.equals("--trec") || !output.equals("linked") || !input.equals("d/r.jsonl")) {
        Run run = run("batch", "--input", at(input), "--output", at(output), trec);
        assertThat(run.exitCode).as(run.err).isEqualTo(ExitCode.USAGE);
        assertThat(run.err.lines()).hasSize(1).first().asString().startsWith("snapranker: ");
        assertThat(files()).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"out/.progress", "out/.progress/", "out/.progress/sub"})
  void anOutputInTheFolderOfCheckpointsIsRefused(String output) throws IOException {
    Map<String, String> before = files();
    Run run = run("batch", "--input", at("d/q.jsonl"), "--output", at(output));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err)
        .contains(".progress/ is for the checkpoints of jobs; choose an output outside of it");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void theFolderOfCheckpointsIsRecognisedByItsRealName() throws IOException {
    Files.createDirectories(folder.resolve("p/.progress"));
    Files.createSymbolicLink(folder.resolve("plain"), folder.resolve("p/.progress"));
    Map<String, String> before = files();
    for (String output : new String[] {"plain", "plain/new"}) {
      Run run = run("batch", "--input", at("d/q.jsonl"), "--output", at(output));
      assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
      assertThat(run.err)
          .contains(".progress/ is for the checkpoints of jobs; choose an output outside of it");
      assertThat(files()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"q.jsonl", "q.run", ".progress/q.jsonl"})
  void aFolderWithTheNameOfAnOutputIsRefused(String name) throws IOException {
    Files.createDirectories(folder.resolve("new").resolve(name));
    Run run = run("batch", "--trec", "--input", at("d/q.jsonl"), "--output", at("new"));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err)
        .contains(
            "output has "
                + at("new/" + name)
                + ", which is a folder or something else than a file");
  }

  @Test
  void aMissingInputOrAPipeIsReported() throws Exception {
    for (String none : new String[] {"none.jsonl", "none"}) {
      Run run = run("batch", "--input", at(none), "--output", at("new"));
      assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
      assertThat(run.err)
          .contains(at(none) + " does not exist; expected a .jsonl or .ndjson file")
          .contains("a relative path starts in " + Path.of("").toAbsolutePath());
    }
    assertThat(new ProcessBuilder("mkfifo", at("d/pipe.jsonl")).start().waitFor()).isZero();
    for (String piped : new String[] {"d", "d/pipe.jsonl"}) {
      Run run = run("batch", "--input", at(piped), "--output", at("new"));
      assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
      assertThat(run.err).contains(at("d/pipe.jsonl") + " is no file that can be read twice");
    }
  }

  @ParameterizedTest
  @CsvSource({"-1", "0", "10000", "2000000000"})
  void splittingIntoNoneOrTooManyShardsIsRefused(String count) {
    Run run = run("batch", "--split", count, "--input", at("d/q.jsonl"), "--output", at("new"));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err)
        .contains("option '--split': '" + count + "'; expected a whole number in 1..9999");
  }

  @Test
  void aCutBySoManyLinesHasThemInEachShardButTheLast() throws IOException {
    Files.writeString(folder.resolve("five.jsonl"), LINE.repeat(5));
    String[] cut = {
      "batch", "--input", at("five.jsonl"), "--output", at("new"), "--shard-lines", "2"
    };
    for (int times = 0; times < 2; times++) {
      assertThat(run(cut).out.lines()).hasSize(3);
    }
    assertThat(folder.resolve("new/part-0002.jsonl")).hasContent(LINE + LINE);
    assertThat(folder.resolve("new/part-0003.jsonl")).hasContent(LINE);
    cut[6] = "1";
    assertThat(run(cut).err).contains("new/part-0001.jsonl with other content");
    cut[6] = "0";
    assertThat(run(cut).err)
        .contains("option '--shard-lines': '0'; expected a whole number in 1..2147483647");
    Files.writeString(folder.resolve("five.jsonl"), LINE.repeat(19_999));
    cut[6] = "2";
    assertThat(run(cut).err)
        .contains("--shard-lines is 2, which gives 10000 shards of 19999 lines; expected at most")
        .contains("9999 shards, so 3 or more");
  }

  @Test
  void splittingDoesNotReplaceOtherShards() throws IOException {
    Path three = folder.resolve("three.jsonl");
    Files.writeString(three, LINE + LINE + LINE);
    String[] cut = {"batch", "--split=3", "--input=" + three, "--output=" + at("new")};
    for (int times = 0; times < 2; times++) {
      assertThat(run(cut).out.lines()).hasSize(3);
    }
    Path third = folder.resolve("new/part-0003.jsonl");
    for (String mine : new String[] {"mine", ""}) {
      Files.writeString(third, mine);
      Files.deleteIfExists(folder.resolve("new/part-0001.jsonl"));
      Map<String, String> before = files();
      Run run = run(cut);
      assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
      assertThat(run.err)
          .contains("already has ")
          .contains("new/part-0003.jsonl with other content");
      assertThat(files()).isEqualTo(before);
    }
    Files.move(third, folder.resolve("new/part-0009.jsonl"));
    Run gap = run(cut);
    assertThat(gap.err).contains("new/part-0009.jsonl of another split");
    Files.move(folder.resolve("new/part-0009.jsonl"), third);
    Files.writeString(three, LINE + LINE); // fewer lines than shards
    assertThat(run(cut).err).contains("new/part-0003.jsonl of another split");
    assertThat(folder.resolve("new/part-0001.jsonl")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"s/part-0002.jsonl, s", "s2/part-0002.jsonl, s", "s/part-0002.jsonl, s/../s2"})
  void splittingNeverChangesItsInput(String input, String output) throws IOException {
    Map<String, String> before = files();
    Run run = run("batch", "--split", "2", "--input", at(input), "--output", at(output));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains("output would overwrite the input, ");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aLineWithALongTextIsRanked() throws IOException {
    Files.writeString(
        folder.resolve("s/long.jsonl"),
        "{\"query\": \"q\", \"candidates\": [\"%s\"]}\n".formatted("word ".repeat(8000)));
    Run run = run("batch", "--input", at("s/long.jsonl"), "--output", at("new"));
    assertThat(run.exitCode).as(run.err).isZero();
    assertThat(Files.readString(folder.resolve("new/long.jsonl")))
        .contains("\"truncated\":true")
        .contains("or the 32768 characters that are read");
  }

  @Test
  void splittingBesideShardsOfALargerSplitIsRefused() throws IOException {
    String input = at("s/part-0002.jsonl");
    assertThat(run("batch", "--split", "2", "--input", input, "--output", at("new")).exitCode)
        .isZero();
    Run run = run("batch", "--split", "1", "--input", input, "--output", at("new"));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains("new/part-0002.jsonl of another split");
    assertThat(run("batch", "--split", "2", "--input", input, "--output", at("new")).exitCode)
        .isZero();
    assertThat(Files.readString(folder.resolve("new/part-0001.jsonl"))).isEqualTo(LINE);
  }

  @Test
  void aDamagedGzipIsNotCut() throws IOException {
    Path damaged = folder.resolve("damaged.jsonl.gz");
    Files.write(damaged, new byte[] {0x1f, (byte) 0x8b, 8});
    Run run = run("batch", "--split", "2", "--input", damaged.toString(), "--output", at("new"));
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.err)
        .contains("damaged.jsonl.gz is not complete gzip: byte 3: the file ends within");
    assertThat(folder.resolve("new")).doesNotExist();
  }

  private String at(String place) {
    return folder + "/" + place;
  }

  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (var tree = Files.walk(folder)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        files.put(file.toString(), Files.readString(file));
      }
    }
    return files;
  }

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(List.of(args).toArray(String[]::new));
    return new Run(exitCode, out.toString(), err.toString());
  }

  private record Run(int exitCode, String out, String err) {}
}
