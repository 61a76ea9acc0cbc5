package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The README's commands run, or at least are commands. */
class ReadmeCommandsTest {
  private static final Pattern COMMAND =
      Pattern.compile("^\\./snapranker (.+)$", Pattern.MULTILINE);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @Test
  void everyCommandIsOneAndTheQuickOnesRun() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    Matcher commands = COMMAND.matcher(readme);
    List<String> names = new ArrayList<>();
    while (commands.find()) {
      String[] arguments = words(commands.group(1));
      StringWriter out = new StringWriter();
      CommandLine commandLine = Main.commandLine().setOut(new PrintWriter(out));
      commandLine.parseArgs(arguments);
      names.add(arguments[0]);
      if (List.of("invoke", "rank", "batch").contains(arguments[0])) {
        assertThat(commandLine.execute(arguments)).as(commands.group()).isZero();
      }
      if (arguments[0].equals("batch")) {
        String shown = out.toString().lines().findFirst().orElseThrow();
        assertThat(readme).contains("\n" + shown + "\n");
      }
      if (arguments[0].equals("rank")) {
        List<String> ids =
            out.toString()
                .lines()
                .map(line -> line.split(" +", -1)[line.startsWith("rank") ? 2 : 3])
                .toList();
        List<String> shown =
            readme
                .substring(readme.indexOf("rank   score"))
                .lines()
                .takeWhile(line -> !line.startsWith("```"))
                .map(line -> line.split(" +", -1)[line.startsWith("rank") ? 2 : 3])
                .toList();
        assertThat(ids.subList(1, ids.size())).isEqualTo(shown.subList(1, shown.size()));
      }
    }
    assertThat(names)
        .containsExactly(
            "invoke",
            "rank",
            "serve",
            "lambda",
            "bench",
            "eval",
            "plot",
            "fit-fusion",
            "calibrate",
            "batch");
  }

  private static String[] words(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
    return words.toArray(String[]::new);
  }
}
