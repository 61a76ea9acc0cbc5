package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Texts of all kinds are shown as text, and what the reply says of them at its place. */
class PlaygroundTextTest extends PageTest {

  @Test
  void markupInTextsIdsAndMetadataIsShownAndNeverRun() {
    Chromium page = open();
    String markup = "<img src=x onerror=\\\"window.ran = 1\\\"><script>window.ran = 1</script>";
    fill(
        page,
        "<b>q</b>",
        "[{\"id\": \"%1$s\", \"text\": \"%1$s\", \"metadata\": {\"%1$s\": \"%1$s\"}}]"
            .formatted(markup));
    rank(page);
    click(page, "#after-a .head");
    click(page, "#before .head");
    String shown = markup.replace("\\\"", "\"");
    assertThat(texts(page, ".full")).containsExactly(shown, shown);
    assertThat(text(page, "#after-a .about")).contains(shown);
    assertThat(text(page, "#after-a .body pre")).contains("<script>window.ran = 1</script>");
    assertThat(texts(page, "#result img, #result script, #result b")).isEmpty();
    assertThat(page.evaluate("typeof window.ran").asText()).isEqualTo("undefined");
    set(page, "candidates", "[{\"text\": \"a\", \"<img src=x>\": 1}]");
    click(page, "#rerank");
    page.until("document.getElementById('candidates-error') !== null");
    assertThat(text(page, "#candidates-error")).contains("<img src=x>");
    assertThat(texts(page, "form img")).isEmpty();
  }

  /** Should a change to the page ever try it. */
  @Test
  void theBrowserRefusesToMakeMarkupOfAText() {
    Chromium page = open();
    assertThat(
            page.evaluate(
                    """
                    (() => {
                      try {
                        document.createElement('p').innerHTML = '<b>';
                        return 'made';
                      } catch (e) {
                        return e.name;
                      }
                    })()
                    """)
                .asText())
        .isEqualTo("TypeError");
  }

  @Test
  void theDecidingSentenceIsMarkedBehindCharactersBeyondTheBasicPlane() {
    Chromium page = open();
    fill(
        page,
        "capital of Australia",
        "😀🦘 Kangaroos leap 🦘🦘 far. 𝔘𝔫𝔦 letters. The capital of Australia is Canberra 🏛. It rains 🌧.\nBananas.");
    rank(page);
    click(page, "#after-a .head");
    assertThat(text(page, "#after-a .full mark.decides"))
        .isEqualTo("The capital of Australia is Canberra 🏛.");
    assertThat(text(page, "#after-a .effects"))
        .contains("The capital of Australia is Canberra 🏛.");
  }

  @Test
  void aResultThatTheServerDidNotExplainIsExplainedWhenAsked() {
    Chromium page = open();
    fill(
        page,
        "capital of Australia",
        "Canberra is the capital of Australia.\nThe capital of Australia is Canberra.\nAustralia's capital is Canberra.\n"
            + "Bananas are yellow. Sydney is not the capital of Australia. Apples are red.");
    rank(page);
    click(page, "#after-a li:nth-child(4) .head");
    assertThat(texts(page, "#after-a li:nth-child(4) mark")).isEmpty();
    click(page, "#after-a li:nth-child(4) .body .row button");
    page.until("document.querySelector('#after-a li:nth-child(4) .body mark')");
    assertThat(text(page, "#after-a li:nth-child(4) .body mark.decides"))
        .isEqualTo("Sydney is not the capital of Australia.");
  }

  @Test
  void theBestPassageIsMarked() {
    Chromium page = open();
    fill(
        page,
        "capital of Australia",
        "Kangaroos leap nine metres. ".repeat(20)
            + "The capital of Australia is Canberra. "
            + "It rains in the north. ".repeat(20));
    set(page, "a-long", "max");
    set(page, "a-tokens", "24");
    rank(page);
    click(page, "#after-a .head");
    assertThat(String.join("", texts(page, "#after-a .full .passage")))
        .contains("The capital of Australia is Canberra.")
        .hasSizeLessThan(200);
    assertThat(text(page, "#after-a .head .text"))
        .contains("The capital of Australia is Canberra.");
  }

  @Test
  void rightToLeftAndChineseTextsAreShownWhole() {
    Chromium page = open();
    String arabic = "عاصمة أستراليا هي كانبيرا.";
    fill(page, "澳大利亚的首都", arabic + "\n澳大利亚的首都是堪培拉。");
    rank(page);
    assertThat(texts(page, "#before .text")).containsExactly(arabic, "澳大利亚的首都是堪培拉。");
    assertThat(
            page.evaluate("getComputedStyle(document.querySelector('#before .text')).direction")
                .asText())
        .isEqualTo("rtl");
  }

  @Test
  void aThousandCandidatesAreShown() {
    Chromium page = open();
    fill(
        page,
        "number 7",
        IntStream.range(0, 1000)
            .mapToObj(i -> "Number " + i + ".")
            .collect(Collectors.joining("\n")));
    check(page, "explain", false);
    rank(page);
    assertThat(page.evaluate("document.querySelectorAll('#after-a li').length").asInt())
        .isEqualTo(1000);
    page.evaluate("document.querySelector('#after-a .head').focus()");
    page.press("End", 0);
    assertThat(text(page, "#after-a li:focus-within .rank")).isEqualTo("1000");
    page.until( // the same candidate is in sight in the first stage's list
        """
        (() => {
          const list = document.querySelector('#before ol').getBoundingClientRect();
          const twin = document.querySelector('#before li.same').getBoundingClientRect();
          return twin.top < list.bottom && twin.bottom > list.top;
        })()
        """);
  }

  @Test
  void aMegabyteOfTextIsOpenedInPartAndWholeWhenAsked() {
    Chromium page = open();
    String text = "😀 Canberra is the capital. " + "Bananas are yellow. ".repeat(50_000);
    fill(page, "capital", text.strip());
    rank(page);
    click(page, "#after-a .head");
    assertThat(text(page, "#after-a .full").length()).isBetween(19_000, 22_000);
    click(page, "#after-a .full button");
    assertThat(text(page, "#after-a .full")).hasSize(text.strip().length());
  }

  /** The arithmetic of places alone, at the edges of texts and of characters. */
  @Test
  void placesInCodePointsBecomePlacesInUtf16() {
    Chromium page = open();
    assertThat(
            page.evaluate(
                    """
                    import('/playground/text.js').then(({ inUnits, pieces }) => {
                      const text = 'a😀b\\ud800c🏛';
                      const places = inUnits(text, [
                        { start: 0, end: 2, kind: 'x' }, { start: 1, end: 4, kind: 'y' },
                        { start: 5, end: 6, kind: 'z' }, { start: 6, end: 6, kind: 'none' }]);
                      return pieces(text, places).map(({ text, kinds }) => text + ':' + kinds.join('+')).join('|');
                    })
                    """)
                .asText())
        .isEqualTo("a:x|😀:x+y|b\ud800:y|c:|🏛:z");
  }
}
