package dev.snapranker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.boot.PackageFile;
import dev.snapranker.boot.Setting;
import dev.snapranker.boot.Settings;
import dev.snapranker.dev.batch.BatchCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The tables of the reference pages list what the function takes, replies and allows. */
class DocsTablesTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Path API = Path.of("docs/api.md");
  private static final Path CLIENTS = Path.of("docs/clients.md");
  private static final Path OPTIONS = Path.of("docs/ranking-options.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** The function names the fields that it reads when it refuses an unknown one. */
  @Test
  void theRequestTableHasEachFieldThatIsRead() throws IOException {
    List<String> fields = new ArrayList<>(knownFields("{'requests': [], 'zzzzzzzz': 1}"));
    knownFields("{'query': 'q', 'candidates': [{'text': 't', 'zzzzzzzz': 1}]}")
        .forEach(field -> fields.add("candidates[]." + field));
    assertThat(firstCells(section(API, "Request"))).containsExactlyInAnyOrderElementsOf(fields);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          Cascades                    | 'stages': [{'zzzzzzzz': 1}]
          Fusion with the first stage | 'fusion': {'zzzzzzzz': 1}
          Long texts in passages      | 'passages': {'zzzzzzzz': 1}
          """)
  void eachOptionsTableHasEachFieldThatIsRead(String heading, String option) throws IOException {
    Set<String> methods = Set.of("none", "linear", "rrf", "learned"); // fusion's other table
    Set<String> fields = firstCells(section(OPTIONS, heading));
    fields.removeAll(methods);
    assertThat(fields)
        .containsExactlyInAnyOrderElementsOf(
            knownFields("{'query': 'q', 'candidates': ['t'], %s}".formatted(option)));
  }

  /** Replies are held against openapi.json, which allows no other fields. */
  @Test
  void theResponseTableHasEachFieldOfAReply() throws IOException {
    JsonNode schemas =
        MAPPER.readTree(PackageFile.read("/openapi.json")).path("components").path("schemas");
    JsonNode reply = schemas.path("NativeReply").path("properties");
    List<String> fields = new ArrayList<>();
    Stream.of("model", "timings_ms", "warnings").forEach(fields::add);
    names(schemas.path("NativeResult").path("properties"))
        .forEach(name -> fields.add("results[]." + name));
    names(reply.path("usage").path("properties")).forEach(name -> fields.add("usage." + name));
    assertThat(firstCells(section(API, "Response"))).containsExactlyInAnyOrderElementsOf(fields);
    assertThat(names(reply)).containsOnly("model", "results", "usage", "timings_ms", "warnings");
  }

  /** {@code GET /} lists all routes. */
  @Test
  void eachRouteIsOnThePageOfTheApiOrOfItsClients() throws IOException {
    JsonNode index =
        Lambda.invoke(DefaultBundle.handler(), Files.readAllBytes(Path.of("events/index.json")));
    List<String> routes =
        StreamSupport.stream(Lambda.body(index).path("routes").spliterator(), false)
            .map(JsonNode::asText)
            .toList();
    Set<String> shown = firstCells(section(API, "Endpoints"));
    shown.addAll(firstCells(section(CLIENTS, "Paths")));
    assertThat(shown).containsExactlyInAnyOrderElementsOf(routes);
  }

  @Test
  void theLimitsAreTheSettingsDefaults() throws IOException {
    List<String> rows =
        section(API, "Limits").lines().filter(line -> line.matches("\\|.*`[A-Z_]+` \\|")).toList();
    assertThat(rows).isNotEmpty();
    for (String row : rows) {
      String[] cells = row.split(" *\\| *", -1);
      String variable = cells[3].replace("`", "");
      String limit = cells[2].replace(",", "").replace("6 MB", "" + 6 * 1024 * 1024);
      assertThat(Settings.ALL.stream().filter(each -> each.variable().equals(variable)))
          .as(row)
          .map(Setting::defaultValue)
          .containsExactly(limit);
    }
  }

  @Test
  void eachErrorSaysWhatToDo() throws IOException {
    List<String> rows =
        Files.readString(Path.of("docs/errors.md"))
            .lines()
            .filter(line -> line.startsWith("| `"))
            .toList();
    assertThat(rows)
        .isNotEmpty()
        .allMatch(row -> row.matches("\\| `\\w+` \\| \\d+ \\| [^|]+ \\| [^|]+ \\|"));
  }

  @Test
  void eachOptionOfBatchIsOnAPage() throws IOException {
    StringBuilder pages = new StringBuilder();
    for (Path page : DocPages.all()) {
      pages.append(Files.readString(page));
    }
    assertThat(new CommandLine(new BatchCommand()).getCommandSpec().options())
        .isNotEmpty()
        .allMatch(option -> pages.toString().contains("`" + option.longestName()));
  }

  /**
   * The fields that are read where the request has an unknown one.
   *
   * @param request with ' in place of "
   */
  private static Set<String> knownFields(String request) {
    String message =
        Lambda.invoke(DefaultBundle.handler(), request.replace('\'', '"'))
            .path("error")
            .path("message")
            .asText();
    assertThat(message).contains("zzzzzzzz is not a known field; expected ");
    return Set.of(message.replaceAll(".*; expected ", "").split(", ", -1));
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(field -> field.getKey()).toList();
  }

  /** What stands as code in the first cell of each row. */
  private static Set<String> firstCells(String section) {
    return section
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(0, line.indexOf('|', 1)))
        .flatMap(cell -> CODE.matcher(cell).results().map(code -> code.group(1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The text below a heading of the second level. */
  private static String section(Path page, String heading) throws IOException {
    String text = Files.readString(page);
    int start = text.indexOf("\n## " + heading + "\n");
    assertThat(start).as("%s: %s", page, heading).isNotNegative();
    int end = text.indexOf("\n## ", start + 1);
    return text.substring(start, end < 0 ? text.length() : end);
  }
}
