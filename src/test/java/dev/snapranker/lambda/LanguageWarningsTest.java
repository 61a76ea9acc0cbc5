package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The default bundle reads only English. A caller who expects more gets a warning. */
class LanguageWarningsTest {

  private static List<String> warnings(String query, String... candidates) {
    JsonNode reply =
        Lambda.invoke(
            DefaultBundle.handler(),
            "{\"query\": \"%s\", \"candidates\": [\"%s\"]}"
                .formatted(query, String.join("\", \"", candidates)));
    return reply.path("warnings").valueStream().map(JsonNode::asText).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "/v2/rerank, rerank-multilingual-v3.0",
    "/cohere/v1/rerank, rerank-multilingual-v2.0",
    "/v1/rerank, rerank-multilingual-v3.0",
    "/jina/v1/rerank, jina-reranker-v2-base-multilingual"
  })
  void aMultilingualModelIsNotReplacedInSilence(String path, String model) {
    assertThat(warning(path, model))
        .isEqualTo(
            "'%s' is a multilingual model, but this function uses 'snap-base' in its place, which reads English"
                .formatted(model));
  }

  @ParameterizedTest
  @CsvSource({
    "/v2/rerank, rerank-v3.5",
    "/v2/rerank, rerank-english-v3.0",
    "/v2/rerank, snap-base",
    "/jina/v1/rerank, jina-reranker-v1-turbo-en"
  })
  void anotherModelIs(String path, String model) {
    assertThat(warning(path, model)).isEmpty();
  }

  private static String warning(String path, String model) {
    String request =
        "{\"model\": \"%s\", \"query\": \"q\", \"documents\": [\"a\"]}".formatted(model);
    JsonNode reply = Api.post(path, request);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(200);
    return Lambda.body(reply).at("/meta/warnings/0").asText();
  }

  @Test
  void aQueryInAnotherScriptIsCountedAndNotQuoted() {
    assertThat(warnings("埃菲尔铁塔在哪里 ok", "The tower is in Paris."))
        .containsExactly(
            "the model does not know 8 of 10 characters of the query; 'snap-base' reads"
                + " English");
  }

  @Test
  void candidatesInOtherScriptsAreCounted() {
    assertThat(
            warnings(
                "where is the tower",
                "The tower is in Paris.",
                "埃菲尔铁塔位于法国巴黎。",
                "Башня находится в Париже.",
                "The tower (башня) is in Paris.",
                "البرج في باريس"))
        .containsExactly(
            "3 of 5 candidates consist mostly of characters that the model does not know;"
                + " 'snap-base' reads English");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Où se trouve la tour Eiffel ?",
        "Der Turm ist 330 m hoch – größer als gedacht.",
        "x² + y² ≤ π·r², so α > 0",
        "I ❤ Paris 🗼",
        "i18n: 'Paris' is 巴黎 in Chinese"
      })
  void latinLettersAndSingleSignsAreNoReason(String text) {
    assertThat(warnings(text, text)).isEmpty();
  }
}
