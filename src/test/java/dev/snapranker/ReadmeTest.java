package dev.snapranker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Reason;
import dev.snapranker.boot.Setting;
import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The README's request, reply and tables are what the product does. */
class ReadmeTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern JSON_BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static String readme;

  @BeforeAll
  static void read() throws IOException {
    readme = Files.readString(Path.of("README.md"));
  }

  @Test
  void eachRequestGetsTheReplyBelowIt() throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = JSON_BLOCK.matcher(readme);
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(4);
    for (int i = 0; i < blocks.size(); i += 2) {
      JsonNode shown = MAPPER.readTree(blocks.get(i + 1));
      Replies.assertSame(shown, Lambda.invoke(DefaultBundle.handler(), blocks.get(i)));
    }
  }

  @Test
  void theSettingsTableIsTheSettings() {
    List<String> rows =
        Settings.ALL.stream()
            .map((Setting s) ->
                "| `%s` | %s | %s | %s |"
                    .formatted(
                        s.variable(),
                        s.defaultValue().isEmpty() ? "empty" : "`" + s.defaultValue() + "`",
                        s.allowed(),
                        s.why()))
            .toList();
    assertThat(section("## Settings").lines().filter(line -> line.startsWith("| `")))
        .containsExactlyElementsOf(rows);
  }

  @Test
  void theErrorsTableIsTheReasons() {
    List<String> rows =
        section("## Errors")
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.replaceAll("^(\\| `\\w+` \\| \\d+) \\|.*", "$1"))
            .toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(Reason.values())
                .map(reason -> "| `%s` | %d".formatted(reason.code(), reason.status()))
                .toList());
  }

  @Test
  void linksLeadToFiles() {
    Matcher links = Pattern.compile("]\\((?!http)([^)#]+)\\)").matcher(readme);
    List<String> targets = new ArrayList<>();
    while (links.find()) {
      targets.add(links.group(1));
    }
    assertThat(targets).hasSizeGreaterThan(3).allSatisfy(t -> assertThat(Path.of(t)).exists());
  }

  private static String section(String heading) {
    int start = readme.indexOf("\n" + heading + "\n");
    assertThat(start).isNotNegative();
    int end = readme.indexOf("\n## ", start + 1);
    return readme.substring(start, end < 0 ? readme.length() : end);
  }
}
