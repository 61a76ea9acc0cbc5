package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DocPages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * The commands that the README and the other pages show are commands, and the quick ones print what
 * is shown.
 */
class DocsCommandsTest {
  private static final Pattern COMMAND =
      Pattern.compile("^\\./snapranker (.+)$", Pattern.MULTILINE);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final Set<String> RUN_HERE = Set.of("invoke", "rank", "batch");

  @ParameterizedTest
  @MethodSource("dev.snapranker.DocPages#all")
  void everyCommandIsOneAndTheQuickOnesPrintWhatIsShown(Path page) throws IOException {
    String text = Files.readString(page);
    Matcher commands = COMMAND.matcher(text);
    while (commands.find()) {
      String[] arguments = words(commands.group(1));
      StringWriter out = new StringWriter();
      CommandLine commandLine = Main.commandLine().setOut(new PrintWriter(out));
      commandLine.parseArgs(arguments);
      if (RUN_HERE.contains(arguments[0]) && !names(arguments, "s3://")) {
        assertThat(commandLine.execute(arguments)).as(commands.group()).isZero();
        String after = text.substring(commands.end());
        switch (arguments[0]) {
          case "batch" ->
              assertThat(text).contains("\n" + out.toString().lines().findFirst().orElseThrow());
          case "rank" -> {
            if (after.contains("rank   score")) {
              assertThat(order(out.toString())).isEqualTo(order(shownTable(after)));
            }
          }
          default -> {}
        }
      }
    }
  }

  @Test
  void eachCommandIsShownSomewhere() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (Path page : DocPages.all()) {
      COMMAND
          .matcher(Files.readString(page))
          .results()
          .map(command -> words(command.group(1))[0])
          .forEach(shown::add);
    }
    assertThat(shown).containsAll(Main.commandLine().getSubcommands().keySet());
  }

  private static boolean names(String[] arguments, String part) {
    return Stream.of(arguments).anyMatch(argument -> argument.contains(part));
  }

  private static String shownTable(String text) {
    String table = text.substring(text.indexOf("rank   score"));
    return table.substring(0, table.indexOf("```"));
  }

  /** The ids of a printed ranking, below its heading. */
  private static List<String> order(String table) {
    return table.lines().skip(1).map(line -> line.split(" +", -1)[3]).toList();
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
