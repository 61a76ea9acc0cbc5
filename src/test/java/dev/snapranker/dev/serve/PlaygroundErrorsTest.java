package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each error stands at the field that it is about. */
class PlaygroundErrorsTest extends PageTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"text": "a"}↵{"text":                   | Line 2 is not a JSON string or object, but other lines are.      | {"text":
          ["a", null]                              | Candidate 2 is neither a string nor an object with text.         | null
          {"content": "a"}↵{"content": "b"}        | Candidate 1 is neither a string nor an object with text.         | {"content": "a"}
          ["a", {"text": "b", "txt": [1, "]"]}]    | candidates[1].txt is not a known field; did you mean 'text'?     | {"text": "b", "txt": [1, "]"]}
          ["a\\"]", {"id": "0", "text": "b"}]      | candidates[1].id is the same as candidates[0].id                 | {"id": "0", "text": "b"}
          {"text": "a"}↵↵{"text": "b", "score": "" } | candidates[1].score                                            | {"text": "b", "score": "" }
          """)
  void aMistakeInACandidateIsShownAtTheCandidatesAndTheCandidateCanBeSelected(
      String candidates, String message, String selected) {
    Chromium page = open();
    fill(page, "q", candidates.replace('↵', '\n'));
    assertThat(errorAt(page, "candidates")).startsWith(message);
    click(page, "#candidates-error button");
    assertThat(
            page.evaluate(
                    """
                    (() => {
                      const {value, selectionStart, selectionEnd} = document.activeElement;
                      return value.slice(selectionStart, selectionEnd);
                    })()
                    """)
                .asText())
        .isEqualTo(selected);
  }

  @Test
  void whatLooksLikeJsonButIsNoneIsShownAtTheCandidates() {
    Chromium page = open();
    fill(page, "q", "[\"a\", \"b\",]");
    assertThat(errorAt(page, "candidates")).startsWith("This looks like JSON but is not valid:");
    fill(page, "q", "  \n ");
    assertThat(errorAt(page, "candidates")).startsWith("There are no candidates.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          query    | ' '     |          |        | query is blank
          top      | 0       |          |        | top_k is 0
          a-weight | 7       | a-fusion | linear | fusion.weight is 7
          a-k      | -1      | a-fusion | rrf    | fusion.k is -1
          a-fusion | learned |          |        | fusion.method is 'learned'
          a-tokens | 3       | a-long   | max    | passages.max_tokens is 3
          a-stride | 0       | a-long   | max    | passages.stride
          a-budget | 0       |          |        | budget_ms is 0
          a-instruction | x  |          |        | instruction is set, but 'snap-base' takes no
          """)
  void aMistakeInAnotherFieldIsShownAtThatField(
      String id, String value, @Nullable String choice, @Nullable String chosen, String message) {
    Chromium page = open();
    if (choice != null && chosen != null) {
      set(page, choice, chosen);
    }
    set(page, id, value);
    assertThat(errorAt(page, id)).startsWith(message);
    assertThat(isHidden(page, "stale")).as("the old result is not this request's").isFalse();
    click(page, "#example");
    assertThat(texts(page, "[aria-invalid]")).as("errors of before").isEmpty();
  }

  @Test
  void aServerThatIsGoneIsReportedAndTheFormKept() {
    LocalServer server = RunningServer.start(DefaultBundle.handler());
    Chromium page = open("http://127.0.0.1:" + server.port());
    server.close();
    set(page, "query", "kept");
    click(page, "#rerank");
    page.until("document.getElementById('error').textContent !== ''");
    assertThat(text(page, "#error")).startsWith("The server does not answer. Check that");
    assertThat(value(page, "query")).isEqualTo("kept");
    assertThat(isHidden(page, "stale")).isFalse();
  }

  @Test
  void aReplyThatIsNotJsonIsReported() {
    Chromium page = open();
    page.evaluate("window.fetch = () => Promise.resolve(new Response('<h1>', {status: 502}))");
    click(page, "#rerank");
    page.until("document.getElementById('error').textContent !== ''");
    assertThat(text(page, "#error")).startsWith("The server answered 502 with something other");
  }

  /** Ranks, and returns the error at the control, which has the focus and names the error. */
  private static String errorAt(Chromium page, String id) {
    click(page, "#rerank");
    page.until("document.getElementById('%s-error') !== null".formatted(id));
    assertThat(page.evaluate("document.activeElement.id").asText()).isEqualTo(id);
    assertThat(page.evaluate("document.activeElement.getAttribute('aria-describedby')").asText())
        .endsWith(id + "-error");
    assertThat(page.evaluate("document.activeElement.ariaInvalid").asText()).isEqualTo("true");
    return text(page, "#" + id + "-error");
  }
}
