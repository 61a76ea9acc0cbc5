package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.RerankHandler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two settings side by side, on a server that has loaded two models. */
class PlaygroundCompareTest extends PageTest {
  private static final String MAIN = String.valueOf(DefaultBundle.directory().getFileName());

  private static @Nullable RerankHandler handler;
  private static @Nullable LocalServer server;

  @BeforeAll
  static void startServer() {
    if (Chromium.installed().isEmpty()) {
      return;
    }
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", String.valueOf(DefaultBundle.directory().getParent()));
    environment.put("STAGES", "snap-tiny:5," + MAIN);
    handler = new RerankHandler(Settings.from(environment));
    server = RunningServer.start(handler);
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
      Objects.requireNonNull(handler).close();
    }
  }

  private static Chromium openBoth() {
    return open("http://127.0.0.1:" + Objects.requireNonNull(server).port());
  }

  @Test
  void thePageOffersTheLoadedModelsAndShowsTheDefaultStages() {
    Chromium page = openBoth();
    assertThat(text(page, "#models")).isEqualTo("models %s, snap-tiny".formatted(MAIN));
    assertThat(texts(page, "#a-model option"))
        .containsExactly(
            "default: snap-tiny:5," + MAIN, MAIN + " alone", "snap-tiny alone", "other stages …");
    click(page, "#after-a .head");
    assertThat(text(page, "#after-a .about")).contains("Logit, snap-tiny", "Logit, " + MAIN);
  }

  @Test
  void twoSettingsAreShownSideBySideWithTheOthersPlaceAndScore() {
    Chromium page = openBoth();
    check(page, "compare", true);
    set(page, "a-model", "model " + MAIN);
    set(page, "b-model", "model snap-tiny");
    set(page, "b-fusion", "linear");
    set(page, "b-weight", "0");
    rank(page);
    assertThat(text(page, "#after-a-title")).isEqualTo("A: " + MAIN);
    assertThat(text(page, "#after-b-title")).isEqualTo("B: snap-tiny, linear 0");
    List<String> ofB = texts(page, "#after-b .text");
    assertThat(ofB.getFirst()).as("with weight 0, the first stage decides").startsWith("git log");
    assertThat(text(page, "#after-b .other")).matches("A: place 3, 0\\.\\d{4}");
    assertThat(text(page, "#after-a .other")).matches("B: place 6, 0\\.\\d{4}");
    assertThat(text(page, "#differences"))
        .startsWith("A and B share 8 of their first 8. ")
        .contains("change their places; the furthest goes from " + furthest(page));
    page.evaluate("document.querySelector('#after-a .head').focus()");
    page.press("ArrowRight", 0);
    assertThat(page.evaluate("document.activeElement.closest('section').id").asText())
        .isEqualTo("after-b");
    check(page, "compare", false);
    rank(page);
    assertThat(isHidden(page, "after-b")).isTrue();
  }

  /** By what the list of A says of each candidate's place in B; of several the first. */
  private static String furthest(Chromium page) {
    List<String> others = texts(page, "#after-a .other");
    int from = 0;
    int to = 0;
    for (int i = 0; i < others.size(); i++) {
      int place = Integer.parseInt(others.get(i).replaceFirst("B: place (\\d+),.*", "$1"));
      if (Math.abs(place - (i + 1)) > Math.abs(to - from)) {
        from = i + 1;
        to = place;
      }
    }
    return "%d in A to %d in B".formatted(from, to);
  }

  @Test
  void stagesAreTypedInTheirShortFormAndAMistakeIsShownAtTheSettingThatHasIt() {
    Chromium page = openBoth();
    check(page, "compare", true);
    set(page, "b-model", "stages");
    set(page, "b-stages", "snap-tiny:2+0.5, " + MAIN);
    rank(page);
    assertThat(text(page, "#after-b-title")).isEqualTo("B: snap-tiny:2+0.5," + MAIN);
    set(page, "b-stages", "snap-tiny:2@0.9," + MAIN);
    rank(page);
    assertThat(text(page, "#after-b-title")).isEqualTo("B: snap-tiny:2@0.9," + MAIN);
    set(page, "b-stages", "snap-tiny:2,nobody");
    click(page, "#rerank");
    page.until("document.getElementById('b-stages-error') !== null");
    assertThat(text(page, "#b-stages-error")).startsWith("stages[1].model 'nobody' is not loaded");
    set(page, "b-stages", "snap-tiny:many");
    click(page, "#rerank");
    page.until(
        "document.getElementById('b-stages-error')?.textContent.startsWith(\"'snap-tiny:many'\")");
    assertThat(text(page, "#b-stages-error")).contains("A stage is MODEL, MODEL:KEEP");
  }

  @Test
  void aPastedRequestsStagesAndModelAreChosen() {
    Chromium page = openBoth();
    page.evaluate("document.getElementById('candidates').focus()");
    page.paste("{\"query\": \"q\", \"candidates\": [\"a\"], \"model\": \"snap-tiny\"}");
    page.until("document.getElementById('query').value === 'q'");
    assertThat(value(page, "a-model")).isEqualTo("model snap-tiny");
    page.paste(
        "{\"query\": \"r\", \"candidates\": [\"a\"], \"stages\": [{\"model\": \"snap-tiny\", \"keep\": 3, \"target_recall\": 0.9}, {\"model\": \"%s\"}]}"
            .formatted(MAIN));
    page.until("document.getElementById('query').value === 'r'");
    assertThat(value(page, "a-model")).isEqualTo("stages");
    assertThat(value(page, "a-stages")).isEqualTo("snap-tiny:3@0.9," + MAIN);
    page.paste(
        "{\"query\": \"s\", \"candidates\": [\"a\"], \"stages\": [{\"model\": \"snap-tiny\", \"keep\": 3, \"margin\": 0, \"target_recall\": null}, {\"model\": \"%s\"}]}"
            .formatted(MAIN));
    page.until("document.getElementById('query').value === 's'");
    assertThat(value(page, "a-stages")).isEqualTo("snap-tiny:3+0," + MAIN);
  }

  /** JavaScript prints numbers below 0.000001, and from 1e21 on, with an exponent. */
  @ParameterizedTest
  @CsvSource({
    "margin, 0.0000001, snap-tiny:3+1e-7",
    "margin, 0.00000012, snap-tiny:3+1.2e-7",
    "margin, 5E30, snap-tiny:3+5e+30",
    "target_recall, 1e-9, snap-tiny:3@1e-9",
  })
  void numbersWithAnExponentGoIntoTheFormAndOutOfIt(String field, String value, String shown) {
    Chromium page = openBoth();
    page.evaluate("document.getElementById('candidates').focus()");
    page.paste(
        "{\"query\": \"q\", \"candidates\": [\"a\"], \"stages\": [{\"model\": \"snap-tiny\", \"keep\": 3, \"%s\": %s}, {\"model\": \"%s\"}]}"
            .formatted(field, value, MAIN));
    page.until("document.getElementById('query').value === 'q'");
    assertThat(value(page, "a-stages")).isEqualTo(shown + "," + MAIN);
    check(page, "compare", true); // the result's title has the setting that was sent
    rank(page);
    assertThat(text(page, "#after-a-title")).isEqualTo("A: " + shown + "," + MAIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "snap-tiny:2+1.2.3",
        "snap-tiny:2+.",
        "snap-tiny:2+1e999",
        "snap-tiny:2@e-1",
        "snap-tiny:2+-1"
      })
  void whatIsNoNumberIsNotSentAsNone(String stage) {
    Chromium page = openBoth();
    set(page, "a-model", "stages");
    set(page, "a-stages", stage + "," + MAIN);
    click(page, "#rerank");
    page.until("document.getElementById('a-stages-error') !== null");
    assertThat(text(page, "#a-stages-error")).startsWith("'" + stage + "' is not a stage.");
  }
}
