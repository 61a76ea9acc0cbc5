package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
    page.until("document.getElementById('model').textContent.startsWith('model ')");
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

  @Test
  void candidatesMayBeLinesJsonLinesOrJson() {
    Chromium page = open();
    String[] forms = {
      "Kangaroos leap.\n\n  Canberra is the capital of Australia.  ",
      "{\"text\": \"Kangaroos leap.\"}\n"
          + "{\"id\": \"c\", \"text\": \"Canberra is the capital of Australia.\"}",
      "[\"Kangaroos leap.\", {\"text\": \"Canberra is the capital of Australia.\"}]"
    };
    for (String form : forms) {
      fill(page, "capital of Australia", form);
      page.evaluate("document.getElementById('after').replaceChildren()");
      page.evaluate("document.getElementById('rerank').click()");
      page.until(RANKED);
      assertThat(page.evaluate("document.querySelector('#after .text').textContent").asText())
          .isEqualTo("Canberra is the capital of Australia.");
      assertThat(page.evaluate("document.querySelectorAll('#after li').length").asInt())
          .isEqualTo(2);
    }
  }

  @Test
  void mistakesAreToldInPlace() {
    Chromium page = open();
    fill(page, "q", "{\"text\": \"a\"}\n{\"text\": ");
    page.evaluate("document.getElementById('rerank').click()");
    page.until("document.getElementById('status').className === 'wrong'");
    assertThat(status(page)).startsWith("Line 2 of the candidates is no JSON");
    fill(page, "q", "[\"a\", null]");
    page.evaluate("document.getElementById('rerank').click()");
    page.until("document.getElementById('status').textContent.startsWith('Candidate 2')");
    assertThat(status(page)).isEqualTo("Candidate 2 is neither a string nor an object with text.");
    fill(page, "q", "[{\"text\": \"a\", \"txt\": 1}]");
    page.evaluate("document.getElementById('rerank').click()");
    page.until("document.getElementById('status').textContent.startsWith('400')");
    assertThat(status(page))
        .isEqualTo("400: candidates[0].txt is not a known field; did you mean 'text'?");
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
    int dialects = page.evaluate("document.getElementById('dialect').length").asInt();
    assertThat(dialects).isEqualTo(7);
    for (int i = 0; i < dialects; i++) {
      String name =
          page.evaluate(
                  """
                  (() => {
                    const dialect = document.getElementById('dialect');
                    dialect.selectedIndex = %d;
                    dialect.dispatchEvent(new Event('change', {bubbles: true}));
                    return dialect.selectedOptions[0].textContent;
                  })()
                  """
                      .formatted(i))
              .asText();
      String command = page.evaluate("document.getElementById('curl').textContent").asText();
      JsonNode reply = new JsonMapper().readTree(shell(command));
      JsonNode results =
          reply.isArray() ? reply : reply.has("data") ? reply.path("data") : reply.path("results");
      assertThat(results).as("%s: %s", name, reply).hasSize(2);
      assertThat(results.path(0).path("index").asInt()).as(name).isEqualTo(1);
    }
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
  void clientsGetTheIndexWhereBrowsersGetThePage() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(RunningServer.url() + "/")).build();
    HttpResponse<String> reply =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(reply.body()).startsWith("{\"name\":\"snapranker\"");
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
