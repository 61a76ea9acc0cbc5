package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class HelpTest {
  private static final String PROGRAM = "./snapranker ";

  /** A word, or several in quotes. */
  private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @TempDir Path folder;

  static Stream<String> commands() {
    return Main.commandLine().getSubcommands().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theHelpOfEachCommandHasAnExampleThatItsParserTakes(String command) {
    List<String> examples = examples(command);
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      CommandLine.ParseResult parsed = Main.commandLine().parseArgs(arguments(example));
      assertThat(parsed.subcommand().commandSpec().name()).isEqualTo(command);
      assertThat(parsed.subcommand().errors()).isEmpty();
    }
  }

  @Test
  void theListOfCommandsHasExamplesAndWholeSentences() {
    List<String> examples = examples();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      Main.commandLine().parseArgs(arguments(example));
    }
    assertThat(Main.commandLine().getSubcommands().values())
        .extracting(command -> command.getCommandSpec().usageMessage().description()[0])
        .allMatch(line -> line.endsWith("."));
  }

  /** The others serve, measure, or need files of the user's own. */
  @ParameterizedTest
  @ValueSource(strings = {"invoke", "rank", "eval", "batch"})
  void theFirstExampleOfAQuickCommandWorksInAFreshClone(String command) {
    String[] arguments = arguments(examples(command).getFirst());
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--output")) {
        arguments[i + 1] = folder.resolve("ranked").toString();
      }
    }
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err));
    assertThat(commandLine.execute(arguments)).as(err.toString()).isZero();
  }

  /** Of a command; of the list of commands without one. */
  private static List<String> examples(String... command) {
    StringWriter help = new StringWriter();
    String words = String.join(" ", command);
    Main.commandLine()
        .setOut(new PrintWriter(help))
        .execute((words + " --help").strip().split(" "));
    String shown = help.toString();
    assertThat(shown).contains("Usage: snapranker " + words, "Exit codes:", "Examples:");
    List<String> examples =
        shown
            .substring(shown.indexOf("Examples:"))
            .replaceAll(" \\\\\n +", " ") // goes on in the next line, as in a shell
            .lines()
            .skip(1)
            .map(String::strip)
            .toList();
    assertThat(examples)
        .as("a longer line would be broken, and could not be copied")
        .allMatch(line -> line.startsWith(PROGRAM));
    return examples;
  }

  private static String[] arguments(String example) {
    List<String> arguments = new ArrayList<>();
    Matcher matcher = ARGUMENT.matcher(example.substring(PROGRAM.length()));
    while (matcher.find()) {
      arguments.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
    return arguments.toArray(String[]::new);
  }
}
