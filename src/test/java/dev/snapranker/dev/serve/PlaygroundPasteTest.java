package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole request that is pasted, of our own API or of another service, fills the form. */
class PlaygroundPasteTest extends PageTest {
  private static final String CANDIDATES = "Roos leap.\nCanberra.";

  @ParameterizedTest
  @MethodSource
  void aRequestIsRecognised(String body, String service, String left) {
    Chromium page = open();
    page.evaluate("document.getElementById('candidates').focus()");
    page.paste(body);
    page.until("!document.getElementById('pasted').hidden");
    assertThat(text(page, "#pasted span"))
        .isEqualTo(
            "Recognised %s: query and 2 candidates went into the form.%s"
                .formatted(service, left.isEmpty() ? "" : " Left out: " + left + "."));
    assertThat(value(page, "query")).isEqualTo("capital of Australia");
    assertThat(value(page, "candidates")).isEqualTo(CANDIDATES);
    rank(page);
    assertThat(texts(page, "#before .text")).containsExactly("Roos leap.", "Canberra.");
  }

  static Stream<Arguments> aRequestIsRecognised() {
    String documents =
        "\"query\": \"capital of Australia\", \"documents\": [\"Roos leap.\", \"Canberra.\"]";
    return Stream.of(
        arguments(
            "{\"model\": \"rerank-v3.5\", %s, \"top_n\": 1}".formatted(documents),
            "a Cohere request",
            "model (rerank-v3.5 is not loaded here)"),
        arguments(
            "{%s, \"max_tokens_per_doc\": 512}".formatted(documents),
            "a Cohere request",
            "max_tokens_per_doc"),
        arguments(
            """
            {"query": "capital of Australia", "rank_fields": ["body"], "return_documents": true,
             "documents": [{"body": "Roos leap.", "title": "no"}, {"body": "Canberra."}]}
            """,
            "a Cohere v1 request",
            "return_documents"),
        arguments(
            "{\"model\": \"jina-reranker-v2-base-multilingual\", %s}".formatted(documents),
            "a Jina request",
            "model (jina-reranker-v2-base-multilingual is not loaded here)"),
        arguments(
            "{\"model\": null, %s, \"top_k\": 2, \"truncation\": true}".formatted(documents),
            "a Voyage request",
            "truncation"),
        arguments(
            "{%s, \"truncate_prompt_tokens\": -1}".formatted(documents),
            "a vLLM request",
            "truncate_prompt_tokens"),
        arguments("{%s}".formatted(documents), "a request as Cohere, Jina and vLLM have it", ""),
        arguments(
            """
            {"query": "capital of Australia", "texts": ["Roos leap.", "Canberra."],
             "raw_scores": true, "truncate": true}
            """,
            "a Text Embeddings Inference request",
            "truncate"),
        arguments(
            "{\"text_1\": \"capital of Australia\", \"text_2\": [\"Roos leap.\", \"Canberra.\"]}",
            "a vLLM score request",
            ""),
        arguments(
            """
            {"queries": [{"type": "TEXT", "textQuery": {"text": "capital of Australia"}}],
             "sources": [
               {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": "Roos leap."}}},
               {"type": "INLINE", "inlineDocumentSource": {"type": "JSON", "jsonDocument": ["Canberra."]}}],
             "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL",
               "bedrockRerankingConfiguration": {"numberOfResults": 2, "modelConfiguration": {"modelArn": "arn"}}}}
            """,
            "an Amazon Bedrock request",
            ""),
        arguments(
            """
            {"candidates": ["Roos leap.", "Canberra."], "top_k": 1,
             "requests": [{"query": "capital of Australia"}, {"query": "kangaroos"}]}
            """,
            "the first of 2 Snapranker requests",
            ""),
        arguments(
            """
            {"candidates": ["Roos leap.", "Canberra."], "top_k": 1,
             "requests": [{"query": "capital of Australia", "fusion": null, "passages": null, "stages": null}]}
            """,
            "the first of 1 Snapranker requests",
            ""),
        arguments(
            """
            curl -s https://example.org/rerank -H 'content-type: application/json' -d '{
              "query": "capital of Australia", "min_score": 0, "candidates": ["Roos leap.", "Canberra."]}'
            """,
            "a Snapranker request",
            "min_score"),
        arguments(
            """
            {"query": "capital of Australia", "candidates": ["Roos leap.", "Canberra."], "stages": [null],
             "fusion": {"method": "<b>"}, "passages": 3, "budget_ms": null, "model": {}}
            """,
            "a Snapranker request",
            "stages, fusion, passages, model"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"query\": \"q\", \"candidates\": [\"Canberra.\"]",
        "\"query\": \"q\", \"documents\": [\"Canberra.\"]",
        "\"text_1\": \"q\", \"text_2\": [\"Canberra.\"]",
      })
  void anInstructionGoesToItsFieldAndToTheModel(String request) {
    Chromium page = open();
    page.evaluate("document.getElementById('query').focus()");
    page.paste("{%s, \"instruction\": \"Find\\nrecipes\"}".formatted(request));
    page.until("!document.getElementById('pasted').hidden");
    assertThat(text(page, "#pasted span")).doesNotContain("Left out");
    assertThat(value(page, "a-instruction")).isEqualTo("Find\nrecipes");
    click(page, "#rerank");
    page.until("document.getElementById('a-instruction-error') !== null");
    assertThat(text(page, "#a-instruction-error")).contains("'snap-base' takes no instruction");
    page.paste("{%s, \"instruction\": 5}".formatted(request));
    page.until("document.querySelector('#pasted span').textContent.includes('Left out')");
    assertThat(text(page, "#pasted span")).endsWith("Left out: instruction.");
    assertThat(value(page, "a-instruction")).isEmpty();
  }

  @Test
  void optionsGoToTheirFieldsAndUndoPutsTheFormBack() {
    Chromium page = open();
    String before = value(page, "candidates");
    page.evaluate("document.getElementById('query').focus()");
    page.paste(
        """
        {"query": "capital of Australia", "top_k": 1, "raw_scores": true, "explain": false, "budget_ms": 500,
         "fusion": {"method": "linear", "weight": 0.9, "normalize": "z-score"},
         "passages": {"max_tokens": 32, "stride": 16, "aggregate": "first"},
         "candidates": [{"text": "Kangaroos leap.", "score": 2}, {"id": "c", "text": "Canberra is the capital of Australia.", "score": 1}]}
        """);
    page.until("!document.getElementById('pasted').hidden");
    assertThat(value(page, "a-fusion")).isEqualTo("z-score");
    assertThat(value(page, "a-weight")).isEqualTo("0.9");
    assertThat(value(page, "a-long")).isEqualTo("first");
    assertThat(value(page, "a-tokens")).isEqualTo("32");
    assertThat(value(page, "a-stride")).isEqualTo("16");
    assertThat(value(page, "a-budget")).isEqualTo("500");
    rank(page);
    assertThat(texts(page, "#after-a .text"))
        .containsExactly("Canberra is the capital of Australia.");
    click(page, "#unpaste");
    assertThat(value(page, "candidates")).isEqualTo(before);
    assertThat(value(page, "a-fusion")).isEmpty();
    assertThat(value(page, "top")).isEmpty();
    assertThat(isHidden(page, "pasted")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"query": "q", "documents": ["a", {"image": "x"}]} | a request as Cohere, Jina and vLLM have it, but its document 2 has no text that the page can read
          {"query": [], "texts": ["a"]}                      | a Text Embeddings Inference request, but its query is not a text
          {"query": 3, "candidates": ["a"]}                  | a Snapranker request, but its query is not a text
          {"query": "q", "documents": [{"a": "b"}], "rank_fields": "a"} | a Cohere v1 request, but its document 1 has no text that the page can read
          {"queries": [{"textQuery": {"text": "q"}}], "sources": [null]} | an Amazon Bedrock request, but its document 1 has no text that the page can read
          """)
  void aRequestThatTheFormCannotHoldLeavesItAsItWas(String body, String what) {
    Chromium page = open();
    String before = value(page, "candidates");
    page.evaluate("document.getElementById('candidates').focus()");
    page.paste(body);
    page.until("!document.getElementById('pasted').hidden");
    assertThat(text(page, "#pasted span"))
        .isEqualTo("This is %s. The form is as it was.".formatted(what));
    assertThat(value(page, "candidates")).isEqualTo(before);
  }

  @Test
  void aRequestWithoutAQueryLeavesTheQueryAsItWas() {
    Chromium page = open();
    String before = value(page, "query");
    page.evaluate("document.getElementById('candidates').focus()");
    page.paste("{\"candidates\": [\"a\"]}");
    page.until("!document.getElementById('pasted').hidden");
    assertThat(text(page, "#pasted span"))
        .isEqualTo("Recognised a Snapranker request: 1 candidate went into the form.");
    assertThat(value(page, "query")).isEqualTo(before);
  }

  @Test
  void whatIsNoRequestIsPastedAsItIs() {
    Chromium page = open();
    page.evaluate("document.getElementById('candidates').select()");
    page.paste("{\"text\": \"Roos leap.\"}\n{\"text\": \"Canberra.\"}");
    page.until("document.getElementById('candidates').value.includes('Roos')");
    assertThat(isHidden(page, "pasted")).isTrue();
    rank(page);
    assertThat(texts(page, "#before .text")).containsExactly("Roos leap.", "Canberra.");
  }

  @Test
  void aDeepDocumentHasNoTextAndAFieldMayHaveAnyName() {
    String read =
        """
        import('/playground/pasted.js').then(({ recognise }) => {
          const deep = '['.repeat(200000) + ']'.repeat(200000);
          const source = '{"inlineDocumentSource": {"type": "JSON", "jsonDocument": ' + deep + '}}';
          return [
            recognise('{"queries": [{}], "sources": [' + source + ']}').wrong,
            recognise('{"query": "q", "candidates": ["a"], "constructor": 1}').left.join(),
            recognise('{"query": "q", "candidates": ["a"], "passages": {"constructor": 1}}').left.join(),
          ].join('; ');
        })
        """;
    assertThat(open().evaluate(read).asText())
        .isEqualTo("its document 1 has no text that the page can read; constructor; ");
  }

  /** Work in the square of their number would not end within the driver's limit. */
  @Test
  void manyBlankLinesAreReadAsNoRequest() {
    String read =
        """
        import('/playground/pasted.js').then(({ recognise }) =>
          String(recognise('\\n'.repeat(1000000) + 'Canberra.')))
        """;
    assertThat(open().evaluate(read).asText()).isEqualTo("undefined");
  }
}
