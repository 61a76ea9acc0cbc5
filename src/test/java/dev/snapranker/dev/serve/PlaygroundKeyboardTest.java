package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page is used without a mouse. */
class PlaygroundKeyboardTest extends PageTest {
  private static final int SHIFT = 8;

  @Test
  void controlAndEnterRank() {
    Chromium page = open();
    page.evaluate("document.getElementById('query').select()");
    page.type("which fruit is a berry");
    page.press("Enter", CONTROL);
    page.until("document.querySelector('#after-a .text').textContent.startsWith('The banana')");
    assertThat(text(page, "#status")).isEqualTo("8 candidates ranked, read as JSON lines.");
  }

  @Test
  void tabGoesThroughAllControlsInTheirOrderAndOutAgain() {
    Chromium page = open();
    page.evaluate("document.getElementById('query').focus()");
    List<String> stops = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      stops.add(stop(page));
      page.press("Tab", 0);
    }
    assertThat(stops)
        .containsExactly(
            "query",
            "candidates",
            "a-model",
            "a-fusion",
            "a-long",
            "a-budget",
            "a-instruction",
            "top",
            "explain",
            "raw",
            "compare",
            "example",
            "rerank",
            "after-a",
            "before");
    assertThat(stop(page)).isEqualTo("command");
    page.press("Tab", SHIFT);
    assertThat(stop(page)).isEqualTo("before");
  }

  @Test
  void arrowsMoveWithinAListAndToTheSameCandidateInTheNext() {
    Chromium page = open();
    page.evaluate("document.getElementById('rerank').focus()");
    page.press("Tab", 0);
    assertThat(focused(page)).isEqualTo("after-a 1");
    page.press("ArrowDown", 0);
    assertThat(focused(page)).isEqualTo("after-a 2");
    page.press("End", 0);
    assertThat(focused(page)).isEqualTo("after-a 8");
    page.press("ArrowDown", 0);
    assertThat(focused(page)).isEqualTo("after-a 8");
    page.press("Home", 0);
    page.press("ArrowRight", 0);
    assertThat(focused(page)).isEqualTo("before 6");
    assertThat(page.evaluate("document.querySelectorAll('li.same').length").asInt()).isEqualTo(2);
    page.press("ArrowLeft", 0);
    assertThat(focused(page)).isEqualTo("after-a 1");
    page.press("ArrowLeft", 0);
    assertThat(focused(page)).isEqualTo("after-a 1");
    page.press("ArrowDown", 0);
    page.press("Tab", SHIFT);
    page.press("Tab", 0);
    assertThat(focused(page)).as("the list remembers where the reader was").isEqualTo("after-a 2");
  }

  @Test
  void enterOpensATextAndEscapeClosesIt() {
    Chromium page = open();
    page.evaluate("document.querySelector('#after-a .head').focus()");
    page.press("Enter", 0);
    assertThat(page.evaluate("document.activeElement.ariaExpanded").asText()).isEqualTo("true");
    assertThat(text(page, "#after-a .body")).contains("First stage", "place 6, score 9.1");
    page.press("Tab", 0);
    assertThat(page.evaluate("document.activeElement.textContent").asText())
        .isEqualTo("Go to it in First stage");
    page.press("Escape", 0);
    assertThat(focused(page)).isEqualTo("after-a 1");
    assertThat(page.evaluate("document.activeElement.ariaExpanded").asText()).isEqualTo("false");
  }

  @Test
  void theFocusIsVisibleAndEveryControlHasAName() {
    Chromium page = open();
    page.evaluate("document.getElementById('rerank').focus()");
    page.press("Tab", 0);
    assertThat(page.evaluate("getComputedStyle(document.activeElement).outlineWidth").asText())
        .isEqualTo("3px");
    assertThat(
            texts(
                page,
                "input:not([id]), select:not([id]), textarea:not([id]), section:not([aria-label],"
                    + " [aria-labelledby])"))
        .isEmpty();
    assertThat(
            page.evaluate(
                    """
                    [...document.querySelectorAll('input, select, textarea')]
                      .filter((control) => control.labels.length !== 1).map(({ id }) => id).join()
                    """)
                .asText())
        .isEmpty();
  }

  /** The control with the focus, or the list or section that it is in. */
  private static String stop(Chromium page) {
    return page.evaluate(
            """
            (document.activeElement.closest('.lists section, details') ?? document.activeElement).id
            """)
        .asText();
  }

  private static String focused(Chromium page) {
    return page.evaluate(
            """
            document.activeElement.closest('section').id + ' '
              + document.activeElement.querySelector('.rank').textContent
            """)
        .asText();
  }
}
