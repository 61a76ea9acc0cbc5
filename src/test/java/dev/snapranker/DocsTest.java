package dev.snapranker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Reason;
import dev.snapranker.boot.Setting;
import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The requests, replies, tables and links of the README and of every page of docs are what the
 * product does.
 */
class DocsTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern JSON_BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("```.*?```|`[^`\n]*`", Pattern.DOTALL);
  private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

  /** A page's JSON blocks are pairs: a request, then its reply. */
  @ParameterizedTest
  @MethodSource("dev.snapranker.DocPages#all")
  void eachRequestGetsTheReplyBelowIt(Path page) throws IOException {
    List<String> blocks =
        JSON_BLOCK.matcher(Files.readString(page)).results().map(block -> block.group(1)).toList();
    assertThat(blocks.size()).as("a reply for each request").isEven();
    for (int i = 0; i < blocks.size(); i += 2) {
      JsonNode shown = MAPPER.readTree(blocks.get(i + 1));
      Replies.assertSame(shown, Lambda.invoke(DefaultBundle.handler(), blocks.get(i)));
    }
  }

  @Test
  void theReadmeAndTheApiShowRequests() throws IOException {
    for (String page : List.of("README.md", "docs/api.md", "docs/ranking-options.md")) {
      assertThat(Files.readString(Path.of(page))).as(page).contains("```json\n");
    }
  }

  /** What a newcomer reads first; the rest has its pages. */
  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(Path.of("README.md"))).hasSizeLessThan(170);
  }

  /** Links lead to files of the repository and, with #, to their headings. */
  @ParameterizedTest
  @MethodSource("dev.snapranker.DocPages#all")
  void linksLeadToFilesAndHeadings(Path page) throws IOException {
    String text = CODE.matcher(Files.readString(page)).replaceAll("");
    List<String> broken = new ArrayList<>();
    for (String target : LINK.matcher(text).results().map(link -> link.group(1)).toList()) {
      URI link = URI.create(target);
      if (link.getScheme() != null) {
        continue;
      }
      Path file = link.getPath().isEmpty() ? page : page.resolveSibling(link.getPath()).normalize();
      boolean found = Files.exists(file);
      if (found && link.getFragment() != null) {
        found = anchors(Files.readString(file)).contains(link.getFragment());
      }
      if (!found) {
        broken.add(target);
      }
    }
    assertThat(broken).isEmpty();
  }

  /** Every page can be reached from the README. */
  @Test
  void noPageIsAnIsland() throws IOException {
    Set<Path> reached = new TreeSet<>();
    List<Path> open = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
    while (!open.isEmpty()) {
      Path page = open.removeLast();
      if (!reached.add(page)) {
        continue;
      }
      LINK.matcher(Files.readString(page))
          .results()
          .map(link -> link.group(1).replaceAll("#.*", ""))
          .filter(link -> link.endsWith(".md") && !link.contains(":"))
          .map(link -> page.resolveSibling(link).normalize())
          .forEach(open::add);
    }
    assertThat(reached).containsAll(DocPages.all());
  }

  @Test
  void theSettingsTableIsTheSettings() throws IOException {
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
    assertThat(Files.readString(Path.of("docs/settings.md")).lines())
        .filteredOn(line -> line.matches("\\| `[A-Z_]+` .*"))
        .containsExactlyElementsOf(rows);
  }

  @Test
  void theErrorsTableIsTheReasons() throws IOException {
    List<String> rows =
        Files.readString(Path.of("docs/errors.md"))
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

  /** Each bundle that comes along has a row, and each figure of it is the bundle's own. */
  @Test
  void theModelTableIsTheBundles() throws IOException {
    List<String> rows = new ArrayList<>();
    List<String> shown =
        Files.readString(Path.of("README.md"))
            .lines()
            .dropWhile(line -> !line.startsWith("## Models"))
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.replaceAll("^((\\|[^|]*){4}\\|).*", "$1"))
            .toList();
    try (Stream<Path> bundles = Files.list(Path.of("model-layer/models"))) {
      for (Path bundle : bundles.sorted().toList()) {
        JsonNode manifest = MAPPER.readTree(bundle.resolve("reranker.json").toFile());
        String id = manifest.path("id").asText();
        long bytes = 0;
        for (JsonNode file : manifest.path("files")) {
          bytes += file.path("bytes").asLong();
        }
        String languages =
            manifest
                .path("languages")
                .valueStream()
                .map(tag -> Locale.forLanguageTag(tag.asText()).getDisplayName(Locale.ENGLISH))
                .collect(Collectors.joining(", "));
        String quality =
            shown.stream()
                .filter(row -> row.startsWith("| `" + id + "`"))
                .map(row -> row.split("\\|", -1)[4].strip())
                .collect(Collectors.joining());
        assertThat(Files.readString(bundle.resolve("README.md"))).contains(quality);
        String isDefault =
            Files.readString(Path.of("model-layer/default-model")).strip().equals(id)
                ? " (default)"
                : "";
        rows.add(
            "| `%s`%s | %s | %.1f MB | %s |"
                .formatted(id, isDefault, languages, bytes / 1e6, quality));
      }
    }
    assertThat(shown).containsExactlyInAnyOrderElementsOf(rows);
  }

  /** A symptom in code is what the product says; the words between the values that it fills in. */
  @Test
  void theMessagesOfTroubleshootingAreTheProducts() throws IOException {
    String sources = sources("src/main/java", ".mvn/jdk.sh", "snapranker");
    assertThat(messages("docs/troubleshooting.md"))
        .hasSizeGreaterThan(25)
        .allSatisfy(message -> assertThat(sources.contains(message)).as(message).isTrue());
  }

  @Test
  void theMessagesOfCompileAreTheBuilders() throws IOException {
    String sources = sources("model-layer/bundle");
    assertThat(messages("docs/bring-your-model.md"))
        .hasSizeGreaterThan(5)
        .allSatisfy(message -> assertThat(sources.contains(message)).as(message).isTrue());
  }

  /** The text of all files, with the strings of each message put together. */
  private static String sources(String... places) throws IOException {
    StringBuilder sources = new StringBuilder();
    for (String place : places) {
      try (Stream<Path> files = Files.walk(Path.of(place))) {
        List<Path> texts =
            files
                .filter(Files::isRegularFile)
                .filter(file -> !file.toString().matches(".*\\.(pyc|jsonl)"))
                .toList();
        for (Path text : texts) {
          sources.append(Files.readString(text).replaceAll("\"\\s*\\+?\\s+f?\"", ""));
        }
      }
    }
    return sources.toString();
  }

  /** What is in code in the first column of tables and has more than one word. */
  private static List<String> messages(String page) throws IOException {
    return Files.readString(Path.of(page))
        .lines()
        .filter(line -> line.startsWith("| ") && line.contains("`"))
        .map(line -> line.substring(2, line.indexOf(" |", 2)))
        .flatMap(symptom -> Pattern.compile("`([^`]*)`").matcher(symptom).results())
        .map(message -> message.group(1))
        .filter(message -> message.contains(" ") && message.matches("[^\"]*"))
        .filter(message -> !message.startsWith("sam "))
        .toList();
  }

  /** One meaning for each term, in alphabetical order. */
  @Test
  void theGlossaryHasEachTermOnce() throws IOException {
    List<String> terms =
        Files.readString(Path.of("docs/glossary.md"))
            .lines()
            .filter(line -> line.startsWith("| **"))
            .map(line -> line.replaceAll("^\\| \\*\\*(.+?)\\*\\*.*", "$1").toLowerCase(Locale.ROOT))
            .toList();
    assertThat(terms).hasSizeGreaterThan(20).doesNotHaveDuplicates().isSorted();
  }

  /** The names that GitHub gives to headings. */
  private static Set<String> anchors(String markdown) {
    return HEADING
        .matcher(markdown)
        .results()
        .map((MatchResult heading) -> heading.group(1))
        .map(heading -> heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_ -]", ""))
        .map(heading -> heading.replace(' ', '-'))
        .collect(Collectors.toSet());
  }
}
