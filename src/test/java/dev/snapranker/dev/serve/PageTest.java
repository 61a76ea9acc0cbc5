package dev.snapranker.dev.serve;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What tests of the playground have in common: a real browser, where there is one. */
@Timeout(180)
abstract class PageTest {
  static final int CONTROL = 2;
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir private static @Nullable Path profile;
  private static @Nullable Chromium browser;

  @BeforeAll
  static void startBrowser() {
    if (Chromium.installed().isPresent()) {
      browser = Chromium.start(Objects.requireNonNull(profile));
    }
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
      browser = null;
    }
  }

  @BeforeEach
  void needsABrowser() {
    assumeTrue(
        browser != null, "skipped: no Chromium or Chrome on the PATH to test the playground with");
  }

  /** The page of the server with the default bundle, which has ranked its example. */
  static Chromium open() {
    return open(RunningServer.url());
  }

  static Chromium open(String server) {
    Chromium page = Objects.requireNonNull(browser);
    page.requests.clear();
    page.faults.clear();
    page.prefer("light");
    page.resize(1280, 1000);
    page.open(server + "/");
    page.until(
        "document.readyState === 'complete' && document.querySelectorAll('#after-a li').length > 0");
    return page;
  }

  /** Types a query and candidates. */
  static void fill(Chromium page, String query, String candidates) {
    set(page, "query", query);
    set(page, "candidates", candidates);
  }

  /** Gives a control of the form a value, as a reader who types or chooses. */
  static void set(Chromium page, String id, String value) {
    page.evaluate(
        """
        (() => {
          const control = document.getElementById(%s);
          control.value = %s;
          control.dispatchEvent(new Event('input', {bubbles: true}));
        })()
        """
            .formatted(MAPPER.valueToTree(id), MAPPER.valueToTree(value)));
  }

  static void check(Chromium page, String id, boolean checked) {
    if (page.evaluate("document.getElementById('%s').checked".formatted(id)).asBoolean()
        != checked) {
      click(page, "#" + id);
    }
  }

  static void click(Chromium page, String selector) {
    page.evaluate("document.querySelector(%s).click()".formatted(MAPPER.valueToTree(selector)));
  }

  /** Ranks what the form says, and waits for the result. */
  static void rank(Chromium page) {
    page.evaluate("document.getElementById('status').textContent = ''");
    click(page, "#rerank");
    page.until(
        "document.getElementById('status').textContent.includes('ranked')"
            + " && document.getElementById('stale').hidden");
  }

  static String text(Chromium page, String selector) {
    return page.evaluate(
            "document.querySelector(%s).textContent".formatted(MAPPER.valueToTree(selector)))
        .asText();
  }

  static List<String> texts(Chromium page, String selector) {
    List<String> texts = new ArrayList<>();
    page.evaluate(
            "[...document.querySelectorAll(%s)].map((e) => e.textContent)"
                .formatted(MAPPER.valueToTree(selector)))
        .forEach(text -> texts.add(text.asText()));
    return texts;
  }

  static String value(Chromium page, String id) {
    return page.evaluate("document.getElementById('%s').value".formatted(id)).asText();
  }

  static boolean isHidden(Chromium page, String id) {
    return page.evaluate("document.getElementById('%s').hidden".formatted(id)).asBoolean();
  }
}
