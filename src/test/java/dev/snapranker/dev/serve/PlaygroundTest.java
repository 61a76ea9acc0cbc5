package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The page at the local server's root, in a real browser where there is one. */
class PlaygroundTest extends PageTest {

  @Test
  void theExampleIsRankedAtOnceWithWhatDecides() {
    Chromium page = open();
    assertThat(text(page, "#after-a .text")).startsWith("git revert");
    assertThat(text(page, "#after-a .move")).contains("▲", "5");
    assertThat(texts(page, "#before li")).hasSize(8);
    assertThat(text(page, "#before .score")).isEqualTo("first-stage score 12.9");
    assertThat(page.evaluate("document.querySelector('#after-a .fill').style.width").asText())
        .matches("9\\d\\.\\d+%");
    assertThat(text(page, "#figures")).contains("Total", "Tokenize", "Score", "Tokens");
    assertThat(text(page, "#after-a li:nth-child(2) mark.decides"))
        .isEqualTo(
            "To take the last commit back, run git reset --soft HEAD~1, which keeps its changes"
                + " staged.");
  }

  @Test
  void nothingIsAskedOfAnyOtherServerAndNothingFails() {
    Chromium page = open();
    assertThat(page.requests)
        .hasSizeGreaterThan(14)
        .allSatisfy(url ->
            assertThat(url)
                .matches(
                    asked -> asked.startsWith(RunningServer.url()) || asked.startsWith("data:")));
    assertThat(page.faults).isEmpty();
    assertThat(
            page.evaluate(
                    "fetch('/', {headers: {accept: 'text/html'}}).then((r) => r.headers.get('content-security-policy'))")
                .asText())
        .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'")
        .doesNotContain("unsafe");
  }

  /**
   * Ctrl + Enter may be pressed while an answer is awaited, and answers may overtake each other.
   */
  @Test
  void onlyTheLastRequestsReplyIsShown() {
    Chromium page = open();
    page.evaluate(
        """
        window.answered = fetch;
        window.late = [];
        window.fetch = (...asked) => {
          const reply = answered(...asked);
          const held = new Promise((release) => late.push(release));
          return Promise.allSettled([reply, held]).then(() => reply);
        };
        """);
    fill(page, "kangaroos", "An earlier line.\nAnother earlier line.\nKangaroos leap.");
    page.evaluate("document.getElementById('query').focus()");
    page.press("Enter", CONTROL);
    page.until("late.length === 1");
    fill(page, "capital of Australia", "Canberra is the capital of Australia.\nKangaroos leap.");
    page.press("Enter", CONTROL);
    page.until("late.length === 2");
    page.evaluate("late[1]()");
    page.until("document.querySelectorAll('#after-a li').length === 2");
    page.evaluate("late[0](); new Promise((resolve) => setTimeout(resolve, 100))");
    assertThat(page.evaluate("document.querySelectorAll('#after-a li').length").asInt())
        .isEqualTo(2);
    assertThat(status(page)).isEqualTo("2 candidates ranked, read as lines.");
  }

  @ParameterizedTest
  @MethodSource
  void candidatesAreReadAsTheyAreMeant(String form, String as, List<String> texts) {
    Chromium page = open();
    fill(page, "capital of Australia", form);
    rank(page);
    assertThat(status(page))
        .isEqualTo(
            "%d %s ranked, read as %s."
                .formatted(texts.size(), texts.size() == 1 ? "candidate" : "candidates", as));
    assertThat(texts(page, "#before .text")).isEqualTo(texts);
  }

  static Stream<Arguments> candidatesAreReadAsTheyAreMeant() {
    return Stream.of(
        arguments("Roos leap.\n\n  Canberra.  ", "lines", List.of("Roos leap.", "Canberra.")),
        arguments("[1] Smith 2019\n[2] Jones", "lines", List.of("[1] Smith 2019", "[2] Jones")),
        arguments(
            "\"To be\" is Hamlet's line\n\"Out\"",
            "lines",
            List.of("\"To be\" is Hamlet's line", "\"Out\"")),
        arguments("[Docs](x) and so on", "lines", List.of("[Docs](x) and so on")),
        arguments("{\"a\": 1} is JSON", "lines", List.of("{\"a\": 1} is JSON")),
        arguments("42\ntrue", "lines", List.of("42", "true")),
        arguments(
            "{\"text\": \"Roos leap.\"}\n\n\"Canberra.\"",
            "JSON lines",
            List.of("Roos leap.", "Canberra.")),
        arguments(
            "{\n  \"text\": \"Roos leap.\"\n}\n{\n  \"id\": \"c\",\n  \"text\": \"Canberra.\"\n}",
            "JSON lines",
            List.of("Roos leap.", "Canberra.")),
        arguments("{\n  \"text\": \"Canberra.\"\n}", "JSON", List.of("Canberra.")),
        arguments(
            "[\"Roos leap.\",\n {\"text\": \"Canberra.\"}]",
            "JSON",
            List.of("Roos leap.", "Canberra.")));
  }

  @Test
  void cutCandidatesAreMarked() {
    Chromium page = open();
    fill(page, "bananas", "Bananas are yellow. ".repeat(200) + "\nKangaroos leap.");
    rank(page);
    assertThat(texts(page, "#after-a .cut")).containsExactly("✂ cut");
    click(page, "#after-a li[data-index='0'] .head");
    assertThat(text(page, "#after-a .full .unread")).endsWith("Bananas are yellow.");
    assertThat(page.evaluate("document.getElementById('warnings').textContent").asText())
        .startsWith("1 of 2 candidates was cut");
  }

  @Test
  void aResultIsMarkedStaleUntilTheFormSaysTheSameAgain() {
    Chromium page = open();
    assertThat(isHidden(page, "stale")).isTrue();
    String query = value(page, "query");
    set(page, "query", query + "s");
    assertThat(isHidden(page, "stale")).isFalse();
    assertThat(text(page, "#stale")).startsWith("Out of date");
    set(page, "query", query);
    assertThat(isHidden(page, "stale")).isTrue();
    set(page, "a-fusion", "rrf");
    assertThat(isHidden(page, "stale")).isFalse();
    click(page, "#again");
    page.until("document.getElementById('stale').hidden");
    assertThat(isHidden(page, "legend")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"360, light", "390, dark", "1280, light", "1280, dark"})
  void itFitsTheScreenAndShowsTheRankedListFirst(int width, String scheme) throws IOException {
    Chromium page = open();
    page.prefer(scheme);
    page.resize(width, 844);
    page.until("innerWidth === " + width);
    click(page, "#after-a li:nth-child(2) .head");
    assertThat(page.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(width);
    assertThat(
            page.evaluate(
                    """
                    (() => {
                      const after = document.querySelector('#after-a').getBoundingClientRect();
                      const before = document.querySelector('#before').getBoundingClientRect();
                      return after.bottom <= before.top || after.right <= before.left;
                    })()
                    """)
                .asBoolean())
        .isTrue();
    Files.write(
        Path.of("target", "playground-%d-%s.png".formatted(width, scheme)), page.screenshot());
  }

  /** The commands that the page shows are run by a shell, quotes and all. */
  @Test
  void theSameRequestAsCurlRanksInEveryDialect() throws Exception {
    Chromium page = open();
    fill(
        page,
        "capital of Australia",
        "Kangaroos' leaps\nCanberra's the capital; $HOME `of` \"it\"");
    String model = String.valueOf(DefaultBundle.directory().getFileName());
    check(page, "explain", false);
    openCommand(page);
    int dialects = page.evaluate("document.getElementById('dialect').length").asInt();
    assertThat(dialects).isEqualTo(7);
    for (int i = 0; i < dialects; i++) {
      String name = choose(page, i);
      String command = page.evaluate("document.getElementById('curl').textContent").asText();
      assertThat(unsaid(page)).as(name).isEmpty();
      // The loaded model's id is accepted whatever MODEL_ALIASES says.
      assertThat(command.contains("\"model")).as(command).isEqualTo(command.contains(model));
      JsonNode reply = new JsonMapper().readTree(shell(command));
      JsonNode results =
          reply.isArray() ? reply : reply.has("data") ? reply.path("data") : reply.path("results");
      assertThat(results).as("%s: %s", name, reply).hasSize(2);
      assertThat(results.path(0).path("index").asInt()).as(name).isEqualTo(1);
    }
  }

  /** What a dialect cannot say, it says so, and what it does say is in its command. */
  @Test
  void whatADialectHasNoFieldForIsToldBesideItsCommand() {
    Chromium page = open();
    openCommand(page);
    set(page, "top", "1");
    check(page, "raw", true);
    set(page, "a-fusion", "rrf");
    set(page, "a-instruction", "Find recipes");
    fill(
        page,
        "q",
        "{\"id\": \"x\", \"text\": \"a\", \"score\": 1}\n{\"text\": \"b\", \"metadata\": {}}");
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      choose(page, i);
      told.add(unsaid(page));
    }
    String candidates =
        "explanations, the candidates' id, the candidates' score, the candidates' metadata.";
    String fields = "fusion, an instruction, " + candidates;
    assertThat(told)
        .containsExactly(
            "",
            "Cohere v2 has no field for logits, " + fields,
            "Cohere v1 has no field for logits, " + fields,
            "Jina, vLLM, llama.cpp has no field for logits, fusion, " + candidates,
            "Voyage has no field for logits, " + fields,
            "Text Embeddings Inference has no field for the number of results, " + fields,
            "Amazon Bedrock has no field for logits, " + fields);
    choose(page, 0);
  }

  @Test
  void theCommandIsCopiedWithOneClick() {
    Chromium page = open();
    openCommand(page);
    click(page, "#copy");
    page.until("document.getElementById('copy').textContent === 'Copied'");
    assertThat(page.evaluate("navigator.clipboard.readText()"))
        .isEqualTo(page.evaluate("document.getElementById('curl').textContent"));
  }

  @Test
  void whereTheClipboardIsRefusedTheCommandIsSelected() {
    Chromium page = open();
    openCommand(page);
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))");
    page.evaluate("document.getElementById('copy').click()");
    page.until("document.getElementById('copy').textContent.startsWith('Not allowed')");
    assertThat(page.evaluate("getSelection().toString()"))
        .isEqualTo(page.evaluate("document.getElementById('curl').textContent"));
  }

  @Test
  void aBodyThatIsTooLongForACommandIsSavedAsAFile() {
    Chromium page = open();
    openCommand(page);
    assertThat(isHidden(page, "save")).isTrue();
    fill(page, "bananas", "Bananas are yellow. ".repeat(10_000));
    assertThat(text(page, "#curl")).endsWith("-d @request.json");
    assertThat(isHidden(page, "save")).isFalse();
  }

  private static void openCommand(Chromium page) {
    page.evaluate("document.getElementById('command').open = true");
    page.until("document.getElementById('curl').textContent.startsWith('curl')");
  }

  /** Chooses the dialect of the command and returns its name. */
  private static String choose(Chromium page, int dialect) {
    return page.evaluate(
            """
            (() => {
              const dialect = document.getElementById('dialect');
              dialect.selectedIndex = %d;
              dialect.dispatchEvent(new Event('change', {bubbles: true}));
              return dialect.selectedOptions[0].textContent;
            })()
            """
                .formatted(dialect))
        .asText();
  }

  private static String unsaid(Chromium page) {
    return page.evaluate("document.getElementById('unsaid').textContent").asText();
  }

  private static String status(Chromium page) {
    return page.evaluate("document.getElementById('status').textContent").asText();
  }

  private static String shell(String command) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", command).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
