package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The page at the local server's root, in a real browser where there is one. */
@Timeout(120)
class PlaygroundTest {
  private static final String RANKED = "document.querySelectorAll('#after li').length > 0";
  private static final int CONTROL = 2;

  @TempDir private static @Nullable Path profile;
  private static @Nullable Chromium browser;

  @BeforeAll
  static void start() {
    if (Chromium.installed().isPresent()) {
      browser = Chromium.start(Objects.requireNonNull(profile));
    }
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void needsABrowser() {
    assumeTrue(browser != null, "no Chromium or Chrome is on the PATH");
  }

  private static Chromium open() {
    Chromium page = Objects.requireNonNull(browser);
    page.requests.clear();
    page.faults.clear();
    page.resize(1100, 1000);
    page.open(RunningServer.url() + "/");
    page.until("document.readyState === 'complete' && " + RANKED);
    page.until("document.getElementById('model').textContent.startsWith('model ')");
    return page;
  }

  @Test
  void theExampleIsRankedAtOnce() throws IOException {
    Chromium page = open();
    assertThat(page.evaluate("document.querySelector('#after .text').textContent").asText())
        .startsWith("git revert");
    assertThat(page.evaluate("document.querySelector('#after .move').textContent").asText())
        .isEqualTo("▲ 5");
    assertThat(page.evaluate("document.querySelectorAll('#before li').length").asInt())
        .isEqualTo(8);
    assertThat(page.evaluate("document.querySelector('#after .bar i').style.width").asText())
        .matches("9\\d\\.\\d+%");
    assertThat(page.evaluate("document.getElementById('figures').textContent").asText())
        .contains("Total", "Tokenize", "Score", "Tokens");
    Files.write(Path.of("target", "playground.png"), page.screenshot());
  }

  @Test
  void nothingIsAskedOfAnyOtherServerAndNothingFails() {
    Chromium page = open();
    assertThat(page.requests)
        .hasSizeGreaterThan(4)
        .allSatisfy(url ->
            assertThat(url)
                .matches(
                    asked -> asked.startsWith(RunningServer.url()) || asked.startsWith("data:")));
    assertThat(page.faults).isEmpty();
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
    page.until("document.querySelectorAll('#after li').length === 2");
    page.evaluate("late[0](); new Promise((resolve) => setTimeout(resolve, 100))");
    assertThat(page.evaluate("document.querySelectorAll('#after li').length").asInt()).isEqualTo(2);
    assertThat(status(page)).isEqualTo("2 candidates ranked, read as lines.");
  }

  @ParameterizedTest
  @MethodSource
  void candidatesAreReadAsTheyAreMeant(String form, String as, List<String> texts) {
    Chromium page = open();
    fill(page, "capital of Australia", form);
    page.evaluate("document.getElementById('rerank').click()");
    page.until("document.getElementById('status').textContent.includes('read as')");
    assertThat(status(page))
        .isEqualTo(
            "%d %s ranked, read as %s."
                .formatted(texts.size(), texts.size() == 1 ? "candidate" : "candidates", as));
    List<String> shown = new ArrayList<>();
    page.evaluate("[...document.querySelectorAll('#before .text')].map((e) => e.textContent)")
        .forEach(text -> shown.add(text.asText()));
    assertThat(shown).isEqualTo(texts);
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
  void aWholeRequestGoesToTheFieldsThatItIsFor() {
    Chromium page = open();
    fill(
        page,
        "replaced",
        """
        {"query": "capital of Australia", "top_k": 1, "raw_scores": true, "min_score": 0,
         "candidates": ["Kangaroos leap.", {"text": "Canberra is the capital of Australia."}]}
        """);
    assertThat(status(page))
        .isEqualTo("A whole request: it is in the form now, but for min_score.");
    assertThat(page.evaluate("document.getElementById('query').value").asText())
        .isEqualTo("capital of Australia");
    page.evaluate("document.getElementById('rerank').click()");
    page.until("document.getElementById('status').textContent.includes('read as')");
    assertThat(status(page)).isEqualTo("2 candidates ranked, read as JSON.");
    assertThat(page.evaluate("document.getElementById('after').textContent").asText())
        .startsWith("1▲ 1Canberra is the capital of Australia.");
    assertThat(page.evaluate("document.querySelectorAll('#after li').length").asInt()).isEqualTo(1);
    assertThat(
            page.evaluate("Number(document.querySelector('#after .score').textContent)").asDouble())
        .isGreaterThan(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"text": "a"}↵{"text":              | Line 2 of the candidates is no JSON string or object, as others are.
          ["a", null]                         | Candidate 2 is neither a string nor an object with text.
          {"content": "a"}↵{"content": "b"}   | Candidate 1 is neither a string nor an object with text.
          ["a", "b",]                         | The candidates look like JSON but are not: Unexpected token
          [{"text": "a", "txt": 1}]           | 400: candidates[0].txt is not a known field; did you mean 'text'?
          """)
  void aMistakeIsToldInPlaceOfTheResult(String candidates, String message) {
    Chromium page = open();
    assertThat(page.evaluate("document.getElementById('result').hidden").asBoolean()).isFalse();
    fill(page, "q", candidates.replace('↵', '\n'));
    page.evaluate("document.getElementById('rerank').click()");
    page.until("document.getElementById('status').className === 'wrong'");
    assertThat(status(page)).startsWith(message);
    assertThat(page.evaluate("document.getElementById('result').hidden").asBoolean()).isTrue();
  }

  @Test
  void cutCandidatesAreMarked() {
    Chromium page = open();
    fill(page, "bananas", "Bananas are yellow. ".repeat(200) + "\nKangaroos leap.");
    page.evaluate("document.getElementById('rerank').click()");
    page.until("document.querySelector('#after .cut')");
    assertThat(page.evaluate("document.getElementById('warnings').textContent").asText())
        .startsWith("1 of 2 candidates were cut");
  }

  @Test
  void everythingWorksFromTheKeyboard() {
    Chromium page = open();
    page.evaluate("document.getElementById('query').focus()");
    page.evaluate("document.getElementById('query').select()");
    page.type("which fruit is a berry");
    page.press("Enter", CONTROL);
    page.until("document.querySelector('#after .text').textContent.startsWith('The banana')");
    page.evaluate("document.getElementById('rerank').focus()");
    page.press("Tab", 0);
    assertThat(page.evaluate("document.activeElement.parentElement.id").asText())
        .isEqualTo("after");
    assertThat(page.evaluate("document.querySelectorAll('#before li.same').length").asInt())
        .isEqualTo(1);
  }

  @Test
  void itFitsANarrowScreen() throws IOException {
    Chromium page = open();
    page.resize(360, 740);
    page.until("innerWidth === 360");
    assertThat(page.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(360);
    Files.write(Path.of("target", "playground-narrow.png"), page.screenshot());
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
    page.evaluate("document.getElementById('top').value = 1");
    page.evaluate("document.getElementById('raw').checked = true");
    fill(
        page,
        "q",
        "{\"id\": \"x\", \"text\": \"a\", \"score\": 1}\n{\"text\": \"b\", \"metadata\": {}}");
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      choose(page, i);
      told.add(unsaid(page));
    }
    String fields = "the candidates' id, the candidates' score, the candidates' metadata.";
    assertThat(told)
        .containsExactly(
            "",
            "Cohere v2 has no field for logits, " + fields,
            "Cohere v1 has no field for logits, " + fields,
            "Jina, vLLM, llama.cpp has no field for logits, " + fields,
            "Voyage has no field for logits, " + fields,
            "Text Embeddings Inference has no field for the top, " + fields,
            "Amazon Bedrock has no field for logits, " + fields);
    choose(page, 0);
  }

  @Test
  void theCommandIsCopiedWithOneClick() {
    Chromium page = open();
    page.evaluate("document.getElementById('copy').click()");
    page.until("document.getElementById('copy').textContent === 'Copied'");
    assertThat(page.evaluate("navigator.clipboard.readText()"))
        .isEqualTo(page.evaluate("document.getElementById('curl').textContent"));
  }

  @Test
  void whereTheClipboardIsRefusedTheCommandIsSelected() {
    Chromium page = open();
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))");
    page.evaluate("document.getElementById('copy').click()");
    page.until("document.getElementById('copy').textContent.startsWith('Not allowed')");
    assertThat(page.evaluate("getSelection().toString()"))
        .isEqualTo(page.evaluate("document.getElementById('curl').textContent"));
  }

  private static void fill(Chromium page, String query, String candidates) {
    JsonMapper mapper = new JsonMapper();
    page.evaluate(
        """
        document.getElementById('query').value = %s;
        document.getElementById('candidates').value = %s;
        document.getElementById('form').dispatchEvent(new Event('input', {bubbles: true}));
        """
            .formatted(mapper.valueToTree(query), mapper.valueToTree(candidates)));
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
