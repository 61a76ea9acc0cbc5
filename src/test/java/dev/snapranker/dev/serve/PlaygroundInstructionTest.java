package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.TinyBundle;
import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that takes an instruction, after one that takes none. */
class PlaygroundInstructionTest extends PageTest {
  @TempDir private Path folder;

  @Test
  void twoInstructionsAreComparedAndEachStageExplainsWhatItRead() throws IOException {
    Path decoder = Files.createDirectories(folder.resolve("qwen3"));
    for (String file : List.of("reranker.json", "model.onnx", "tokenizer.json")) {
      Files.copy(Path.of("src/test/resources/families/qwen3", file), decoder.resolve(file));
    }
    TinyBundle.write(folder.resolve("tiny"), "1");
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", folder.toString());
    environment.put("STAGES", "tiny:4,qwen3");
    try (RerankHandler handler = new RerankHandler(Settings.from(environment));
        LocalServer server = RunningServer.start(handler)) {
      Chromium page = open("http://127.0.0.1:" + server.port());
      check(page, "compare", true);
      set(page, "a-instruction", "Find recipes");
      set(page, "b-instruction", "Given a claim, find sentences that refute it");
      rank(page);
      assertThat(text(page, "#after-a-title")).isEqualTo("A: tiny:4,qwen3, “Find recipes”");
      assertThat(text(page, "#after-b-title"))
          .isEqualTo("B: tiny:4,qwen3, “Given a claim, find sentences that refut…”");
      assertThat(texts(page, "#after-a .score")).isNotEqualTo(texts(page, "#after-b .score"));
      for (int place : new int[] {4, 6}) { // the last of qwen3's and one of tiny's
        String entry = "#after-a li:nth-child(%d) ".formatted(place);
        click(page, entry + ".head");
        assertThat(text(page, entry + ".body .row button")).isEqualTo("Which sentence decides?");
        click(page, entry + ".body .row button");
        page.until(
            "![...document.querySelectorAll('%s.body button')].some(({textContent}) => /Which|Asking/.test(textContent))"
                .formatted(entry));
        assertThat(texts(page, entry + ".body .error")).isEmpty();
      }
    }
  }
}
