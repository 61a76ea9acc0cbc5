package dev.snapranker.wire.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.Instruction;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.ModelChoice;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Scores;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.StageLogit;
import dev.snapranker.api.StageUsage;
import dev.snapranker.api.TextCoverage;
import dev.snapranker.api.Usage;
import dev.snapranker.wire.event.Event;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeJsonTest {
  private static final Limits LIMITS = new Limits(3, 10, 12, 1024, 8, 32, 4);
  private static final StrictJson STRICT_JSON = new StrictJson(LIMITS);
  private static final Plan PARTIAL = Plan.COMPLETE.withPartial(true);
  private static final Dialect NATIVE = new Dialects(LIMITS, ModelAliases.parse(""), 1024).direct();

  @Test
  void allFieldsAreRead() {
    RerankRequest request =
        read(
            """
            {"query": "q", "candidates": ["a", {"id": "x", "text": "b", "score": -1.5}],
             "top_k": 2, "min_score": 0.25, "return_text": true, "raw_scores": false,
             "model": "m", "budget_ms": 80}
            """);
    assertThat(request)
        .isEqualTo(
            new RerankRequest(
                "q",
                List.of(new Candidate("0", "a", null), new Candidate("x", "b", -1.5)),
                Options.DEFAULT
                    .withTopK(2)
                    .withMinScore(0.25)
                    .withReturnText(true)
                    .withModel(ModelChoice.of("m"))
                    .withPlan(PARTIAL.withBudgetMillis(80))));
  }

  @Test
  void nullIsTheSameAsLeftOut() {
    RerankRequest request =
        read(
            """
            {"query": "q", "candidates": [{"id": null, "text": "a", "score": null}],
             "top_k": null, "min_score": null, "return_text": null, "raw_scores": null,
             "model": null, "stages": null, "budget_ms": null}
            """);
    assertThat(request)
        .isEqualTo(
            new RerankRequest(
                "q", List.of(new Candidate("0", "a", null)), Options.DEFAULT.withPlan(PARTIAL)));
  }

  @Test
  void aPlanIsRead() {
    RerankRequest request =
        read(
            """
            {"query": "q", "candidates": ["a"],
             "stages": [{"model": "m", "keep": 30, "margin": 0.5}, {"model": "o", "keep": 5, "target_recall": 0.9},
                        {"model": "n"}],
             "fusion": {"method": "linear", "weight": 0.7, "normalize": "z-score"}}
            """);
    assertThat(request.options().plan())
        .isEqualTo(
            new Plan(
                List.of(
                    new StageChoice("m", 30, 0.5, null),
                    new StageChoice("o", 5, null, 0.9),
                    new StageChoice("n", null, null, null)),
                null,
                new Fusion.Linear(0.7, Fusion.Normalization.Z_SCORE),
                true,
                null));
    for (var each :
        Map.of(
                "{\"method\": \"none\"}", Fusion.NONE,
                "{\"method\": \"linear\"}", new Fusion.Linear(0.5, Fusion.Normalization.MIN_MAX),
                "{\"method\": \"rrf\"}", new Fusion.Rrf(60),
                "{\"method\": \"learned\"}", new Fusion.Learned())
            .entrySet()) {
      String json =
          "{\"query\": \"q\", \"candidates\": [\"a\"], \"fusion\": " + each.getKey() + "}";
      assertThat(read(json).options().plan().fusion()).isEqualTo(each.getValue());
    }
  }

  @Test
  void whatWasNotScoredHasNoScore() {
    JsonNode json = json("{\"query\": \"q\", \"candidates\": [\"a\"]}");
    Ranking ranking =
        new Ranking(
            "n",
            List.of(new RankedCandidate("0", 0, 1, null, false, null, List.of())),
            new Usage(
                1,
                0,
                0,
                0,
                List.of(
                    new StageUsage("m", 1, 0, 0, 0, 0, 0), new StageUsage("n", 0, 0, 0, 0, 0, 0)),
                null,
                null),
            0,
            0,
            List.of());
    assertThat(reply(json, ranking, new Timings(0, 0)))
        .contains(
            """
            {"id":"0","index":0,"rank":1,"scored":false,"truncated":false}\
            """)
        .contains(
            """
            "usage":{"candidates":1,"scored":0,"duplicates":0,"passages":0,"cached":0,"tokens":0,\
            "truncated":0,"stages":[\
            {"model":"m","candidates":1,"scored":0,"tokens":0},\
            {"model":"n","candidates":0,"scored":0,"tokens":0}]}\
            """);
  }

  @Test
  void theReplyIsAsDocumented() {
    JsonNode json =
        json(
            """
            {"query": "q", "return_text": true,
             "candidates": ["a", {"id": "x", "text": "b", "metadata": {"n": 1.10, "s": "\\u00e9"}}]}
            """);
    Ranking ranking =
        new Ranking(
            "m",
            List.of(
                new RankedCandidate(
                    "x", 1, 1, scores(0.75, 1.5f), false, new TextCoverage(7, 7, 0, 3), List.of()),
                new RankedCandidate(
                    "0", 0, 2, scores(0.5, 0f), true, new TextCoverage(7, 9, 0, 3), List.of())),
            new Usage(2, 2, 1, 0, List.of(new StageUsage("m", 2, 2, 0, 2, 0, 9)), null, null),
            1_500_000,
            2_000_499,
            List.of("1 of 2 …"));
    assertThat(reply(json, ranking, new Timings(250_000, 4_000_000)))
        .isEqualTo(
            """
            {"model":"m","results":[\
            {"id":"x","index":1,"rank":1,"score":0.75,"logit":1.5,"text":"b",\
            "metadata":{"n":1.10,"s":"é"},"truncated":false,"tokens_kept":7,"tokens_total":7},\
            {"id":"0","index":0,"rank":2,"score":0.5,"logit":0.0,"text":"a","truncated":true,\
            "tokens_kept":7,"tokens_total":9}],\
            "usage":{"candidates":2,"scored":2,"duplicates":0,"passages":2,"cached":0,\
            "tokens":9,"truncated":1},\
            "timings_ms":{"parse":0.25,"tokenize":1.5,"score":2.0,"total":4.0},\
            "warnings":["1 of 2 …"]}\
            """);
  }

  @Test
  void rawScoresReplaceScoreAndLogit() {
    JsonNode json = json("{\"query\": \"q\", \"candidates\": [\"a\"], \"raw_scores\": true}");
    Ranking ranking =
        new Ranking(
            "m",
            List.of(
                new RankedCandidate(
                    "0", 0, 1, scores(0.1f, 0.1f), false, new TextCoverage(1, 1, 0, 1), List.of())),
            new Usage(1, 1, 0, 0, List.of(new StageUsage("m", 1, 1, 0, 1, 0, 5)), null, null),
            0,
            0,
            List.of());
    assertThat(reply(json, ranking, new Timings(0, 0)))
        .contains("\"score\":0.1,\"truncated\"")
        .doesNotContain("logit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"candidates": ["a"]} | missing_field | query | query is missing; expected a string
          {"query": "q"} | missing_field | candidates | candidates is missing; expected an array of strings or objects
          {"query": 5, "candidates": ["a"]} | wrong_type | query | query is an integer; expected a string
          {"query": null, "candidates": ["a"]} | missing_field | query | query is missing; expected a string
          {"query": " \\t ", "candidates": ["a"]} | empty | query | query is blank; expected some text
          {"query": "0123456789abc", "candidates": ["a"]} | out_of_range | query | query has 13 characters; expected at most 12
          {"query": "q", "candidates": []} | empty | candidates | candidates is empty; expected at least one
          {"query": "q", "candidates": "a"} | wrong_type | candidates | candidates is a string; expected an array of strings or objects
          {"query": "q", "candidates": [7]} | wrong_type | candidates[0] | candidates[0] is an integer; expected a string or an object
          {"query": "q", "candidates": ["a", null]} | wrong_type | candidates[1] | candidates[1] is null; expected a string or an object
          {"query": "q", "candidates": [{"id": "x"}]} | missing_field | candidates[0].text | candidates[0].text is missing; expected a string
          {"query": "q", "candidates": [{"text": true}]} | wrong_type | candidates[0].text | candidates[0].text is true; expected a string
          {"query": "q", "candidates": [{"text": "a", "id": 3}]} | wrong_type | candidates[0].id | candidates[0].id is an integer; expected a string
          {"query": "q", "candidates": [{"text": "a", "score": "1"}]} | wrong_type | candidates[0].score | candidates[0].score is a string; expected a number
          {"query": "q", "candidates": [{"text": "a", "score": 1e999}]} | out_of_range | candidates[0].score | candidates[0].score is Infinity; expected a finite number
          {"query": "q", "candidates": [{"text": "a", "score": NaN}]} | malformed_json | `` | malformed JSON at line 1
          {"query": "q", "candidates": ["a", "b", "c", "d"]} | out_of_range | candidates | candidates has 4 entries; expected at most 3
          {"query": "q", "candidates": ["a", {"id": "0", "text": "b"}]} | duplicate_id | candidates[1].id | candidates[1].id is the same as candidates[0].id
          {"query": "q", "candidates": [{"text": "a", "txt": "b"}]} | unknown_field | candidates[0].txt | candidates[0].txt is not a known field; did you mean 'text'?
          {"query": "q", "documents": ["a"]} | unknown_field | documents | documents is not a known field; did you mean 'candidates'?
          {"query": "q", "candidates": ["a"], "topK": 1} | unknown_field | topK | topK is not a known field; did you mean 'top_k'?
          {"query": "q", "candidates": ["a"], "tpo_k": 1} | unknown_field | tpo_k | tpo_k is not a known field; did you mean 'top_k'?
          {"query": "q", "candidates": ["a"], "x": 1} | unknown_field | x | x is not a known field; expected query, candidates, top_k, min_score, return_text, raw_scores, model
          {"query": "q", "candidates": ["a"], "top_k": 0} | out_of_range | top_k | top_k is 0; expected 1 or more
          {"query": "q", "candidates": ["a"], "top_k": 1.5} | wrong_type | top_k | top_k is a number with a fraction; expected an integer
          {"query": "q", "candidates": ["a"], "top_k": 99999999999} | out_of_range | top_k | top_k is out of range; expected 1..2147483647
          {"query": "q", "candidates": ["a"], "budget_ms": 2147483648} | out_of_range | budget_ms | budget_ms is out of range; expected 1..900000
          {"query": "q", "candidates": ["a"], "fan_out_candidates": 2147483648} | out_of_range | fan_out_candidates | fan_out_candidates is out of range; expected 0..2147483647
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 2147483648}, {"model": "n"}]} | out_of_range | stages[0].keep | stages[0].keep is out of range; expected 1..2147483647
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": -2147483649}, {"model": "n"}]} | out_of_range | stages[0].keep | stages[0].keep is out of range; expected 1..2147483647
          {"query": "q", "candidates": ["a"], "passages": {"max_tokens": 2147483648}} | out_of_range | passages.max_tokens | passages.max_tokens is out of range; expected 16..2147483647
          {"query": "q", "candidates": ["a"], "passages": {"stride": 2147483648}} | out_of_range | passages.stride | passages.stride is out of range; expected 1..2147483647
          {"query": "q", "candidates": ["a"], "min_score": 1.5} | out_of_range | min_score | min_score is 1.5; expected 0..1 (or raw_scores: true)
          {"query": "q", "candidates": ["a"], "return_text": "yes"} | wrong_type | return_text | return_text is a string; expected true or false
          {"query": "q", "query": "r", "candidates": ["a"]} | malformed_json | `` | Duplicate field 'query'
          {"query": "q", "candidates": ["a"]} {} | malformed_json | `` | malformed JSON at line 1, column 37: expected one JSON value, but another one follows it
          {"query": "q", "candidates": ["a" | malformed_json | `` | expected close marker for Array (start marker at line 1, column 30)
          {"query": "q\\ud83d", "candidates": ["a"]} | invalid_encoding | query | query has half of a surrogate pair at character 1; expected valid Unicode
          {"query": "q", "candidates": [{"text": "a", "metadata": {"k": ["\\udc00"]}}]} | invalid_encoding | candidates[0].metadata.k[0] | half of a surrogate pair at character 0
          {"query": "q", "candidates": [{"text": "a", "metadata": [[[[[[[[0]]]]]]]]}]} | malformed_json | `` | Document nesting depth (9) exceeds the maximum allowed (8)
          {"query": "q", "candidates": [{"text": "a", "metadata": 1e99999999999}]} | malformed_json | `` | malformed JSON at line 1, column 57: the exponent of a number is out of range
          {"query": "q", "candidates": ["a"], "x": {"y": [-0.1e-99999999999]}} | malformed_json | `` | the exponent of a number is out of range
          {"query": "q", "candidates": ["a"], "budget_ms": 0} | out_of_range | budget_ms | budget_ms is 0; expected 1..900000
          {"query": "q", "candidates": ["a"], "budget_ms": 1.5} | wrong_type | budget_ms | budget_ms is a number with a fraction; expected an integer
          {"query": "q", "candidates": ["a"], "stages": []} | empty | stages | stages is empty; expected at least one
          {"query": "q", "candidates": ["a"], "stages": {}} | wrong_type | stages | stages is an object; expected an array of objects
          {"query": "q", "candidates": ["a"], "stages": ["m"]} | wrong_type | stages[0] | stages[0] is a string; expected an object
          {"query": "q", "candidates": ["a"], "stages": [{"keep": 1}]} | missing_field | stages[0].model | stages[0].model is missing; expected a string
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m"}, {"model": "n"}]} | missing_field | stages[0].keep | stages[0].keep is missing; expected how many candidates go on to the next stage
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 0}, {"model": "n"}]} | out_of_range | stages[0].keep | stages[0].keep is 0; expected 1 or more
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 3}]} | out_of_range | stages[0].keep | stages[0].keep is set; expected none in the last stage
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 3, "margin": -1}, {"model": "n"}]} | out_of_range | stages[0].margin | stages[0].margin is -1.0; expected a finite number of 0 or more
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 3, "target_recall": 1}, {"model": "n"}]} | out_of_range | stages[0].target_recall | stages[0].target_recall is 1.0; expected a number above 0 and below 1
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 3, "target_recall": 0}, {"model": "n"}]} | out_of_range | stages[0].target_recall | stages[0].target_recall is 0.0; expected a number above 0 and below 1
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 3, "target_recall": 0.9, "margin": 1}, {"model": "n"}]} | out_of_range | stages[0].target_recall | stages[0].target_recall is set together with margin; expected only one of them
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "target_recall": 0.9}]} | out_of_range | stages[0].target_recall | stages[0].target_recall is set; expected none in the last stage
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "target_recall": 0.9}, {"model": "n"}]} | missing_field | stages[0].keep | stages[0].keep is missing; expected how many candidates go on to the next stage
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m", "keep": 3}, {"model": "m"}]} | out_of_range | stages[1].model | stages[1].model is 'm' again; expected each model once
          {"query": "q", "candidates": ["a"], "stages": [{"model": "m"}], "model": "m"} | out_of_range | model | model is set together with stages; expected only one of them
          {"query": "q", "candidates": ["a"], "fusion": "rrf"} | wrong_type | fusion | fusion is a string; expected an object
          {"query": "q", "candidates": ["a"], "fusion": {}} | missing_field | fusion.method | fusion.method is missing; expected a string
          {"query": "q", "candidates": ["a"], "fusion": {"method": "sum"}} | out_of_range | fusion.method | fusion.method is 'sum'; expected 'none', 'linear', 'rrf' or 'learned'
          {"query": "q", "candidates": ["a"], "fusion": {"method": "rrf", "weight": 1}} | unknown_field | fusion.weight | fusion.weight is not a known field; expected method, k
          {"query": "q", "candidates": ["a"], "fusion": {"method": "rrf", "k": 0}} | out_of_range | fusion.k | fusion.k is 0.0; expected a finite number above 0
          {"query": "q", "candidates": ["a"], "fusion": {"method": "linear", "weight": 1.1}} | out_of_range | fusion.weight | fusion.weight is 1.1; expected 0..1
          {"query": "q", "candidates": ["a"], "fusion": {"method": "linear", "normalize": "x"}} | out_of_range | fusion.normalize | fusion.normalize is 'x'; expected 'min-max' or 'z-score'
          [] | wrong_type | `` | the request is an array; expected an object
          """)
  void aBadRequestSaysWhatWhereAndWhatIsAllowed(
      String json, String code, String field, String message) {
    RerankException e = catchThrowableOfType(RerankException.class, () -> read(json));
    assertThat(e).as(json).isNotNull();
    assertThat(e.reason().code()).isEqualTo(code);
    assertThat(e.field() == null ? "" : e.field().toString()).isEqualTo(field);
    assertThat(e.explanation()).contains(message);
  }

  @Test
  void anEmptyBodyAsksForAnObject() {
    RerankException e = catchThrowableOfType(RerankException.class, () -> read(""));
    assertThat(e.explanation()).isEqualTo("the body is empty; expected a JSON object");
  }

  @Test
  void invalidUtf8IsLocated() {
    byte[] json = "{\"query\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    RerankException e =
        catchThrowableOfType(RerankException.class, () -> Event.read(json, STRICT_JSON));
    assertThat(e.reason().code()).isEqualTo("invalid_encoding");
    assertThat(e.explanation()).isEqualTo("invalid UTF-8 at byte 14");
  }

  @Test
  void aNumberOfAbsurdLengthIsCalledThat() {
    String json = "{\"query\": \"q\", \"candidates\": [\"a\"], \"x\": " + "1".repeat(1001) + "}";
    RerankException e =
        catchThrowableOfType(
            RerankException.class, () -> STRICT_JSON.parse(json.getBytes(StandardCharsets.UTF_8)));
    assertThat(e.reason().code()).isEqualTo("malformed_json");
    assertThat(e.explanation())
        .endsWith(": Number value length (1001) exceeds the maximum allowed (1000)");
  }

  /** Jackson's words are pinned: another version may say it in others, with its own names again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [NaN]        | Non-standard token 'NaN'
          [-Infinity]  | Non-standard token '-Infinity'
          [+Infinity]  | Non-standard token '+Infinity'
          Infinity     | Non-standard token 'Infinity'
          {"a": +INF}  | Non-standard token '+INF'
          [-INF]       | Non-standard token '-INF'
          [+1]         | Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers to have plus signs
          [ [1         | Unexpected end-of-input: expected close marker for Array (start marker at line 1, column 3)
          {"a": 1      | Unexpected end-of-input: expected close marker for Object (start marker at line 1, column 1)
          {"a": [1}    | Unexpected close marker '}': expected ']' (for Array starting at line 1, column 7)
          [{]          | Unexpected close marker ']': expected '}' (for Object starting at line 1, column 2)
          """)
  void noNameOfTheParsersIsInAMessage(String json, String message) {
    RerankException e =
        catchThrowableOfType(
            RerankException.class, () -> STRICT_JSON.parse(json.getBytes(StandardCharsets.UTF_8)));
    assertThat(e.explanation()).startsWith("malformed JSON at line 1, ").endsWith(": " + message);
  }

  @Test
  void aLongNameIsCalledThat() {
    String json = "{\"" + "n".repeat(60_000) + "\": 1}";
    RerankException e =
        catchThrowableOfType(
            RerankException.class, () -> STRICT_JSON.parse(json.getBytes(StandardCharsets.UTF_8)));
    assertThat(e.explanation())
        .containsPattern(": Name length \\(\\d+\\) exceeds the maximum allowed \\(50000\\)$");
  }

  @Test
  void aByteOrderMarkIsPassedOver() {
    String json = "\uFEFF{\"query\": \"q\", \"candidates\": [\"a\"]}";
    assertThat(read(json).query()).isEqualTo("q");
    assertThat(one(posted(json, false)).query()).isEqualTo("q");
    String base64 = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    assertThat(one(posted(base64, true)).query()).isEqualTo("q");
  }

  @Test
  void anErrorIsCutBetweenCharacters() {
    for (String odd : List.of("", "x")) { // the cut falls on either half of a pair
      RerankException e = new RerankException(Reason.EMPTY, odd + "\ud83d\ude00".repeat(300));
      assertThat(ErrorJson.reply(e).body()).doesNotContainPattern("[\ud800-\udfff]");
    }
  }

  @Test
  void aLargePayloadIsRefusedBeforeItIsRead() {
    String json = "{\"query\": \"" + "é".repeat(600) + "\"}";
    RerankException direct = catchThrowableOfType(RerankException.class, () -> read(json));
    assertThat(direct.reason().status()).isEqualTo(413);
    RerankException posted = catchThrowableOfType(RerankException.class, () -> posted(json, false));
    assertThat(posted.explanation()).contains("more than 1024 bytes");
  }

  @Test
  void aBodyThatIsNotBase64IsRefused() {
    RerankException e =
        catchThrowableOfType(RerankException.class, () -> posted("{\"query\"}", true));
    assertThat(e.explanation()).isEqualTo("the body is not valid Base64");
  }

  @Test
  void anInstructionIsReadAndMustBeFollowed() {
    Options options =
        read("{\"query\": \"q\", \"candidates\": [\"a\"], \"instruction\": \"refute\"}").options();
    assertThat(options.instruction()).isEqualTo(new Instruction("refute", true));
    assertThat(
            read("{\"query\": \"q\", \"candidates\": [\"a\"], \"instruction\": null}")
                .options()
                .instruction())
        .isNull();
  }

  @Test
  void passagesAndExplanationsAreRead() {
    Options options =
        read("""
        {"query": "q", "candidates": ["a"], "explain": true,
         "passages": {"max_tokens": 64, "stride": 32, "aggregate": "mean-top-2"}}
        """)
            .options();
    assertThat(options.explain()).isTrue();
    assertThat(options.longText())
        .isEqualTo(
            new LongText.Passages(
                64, 32, 32, LongText.Passages.UNLIMITED, LongText.Aggregate.MEAN_TOP_2));
    assertThat(
            read("{\"query\": \"q\", \"candidates\": [\"a\"], \"passages\": {}}")
                .options()
                .longText())
        .isEqualTo(LongText.Passages.best(32, LongText.Passages.UNLIMITED));
  }

  @Test
  void whatBatchesShareIsReadForEachEntry() {
    List<Outcome<RerankRequest>> requests =
        readAll(
            """
            {"candidates": ["a", "b"], "top_k": 1, "return_text": true,
             "requests": [{"query": "x", "top_k": null}, {"query": "y", "candidates": ["c"], "top_k": 2}]}
            """);
    assertThat(requests).hasSize(2);
    RerankRequest first = requests.getFirst().orThrow();
    assertThat(first.candidates()).extracting(Candidate::text).containsExactly("a", "b");
    assertThat(first.options().topK()).isEqualTo(1);
    RerankRequest second = requests.getLast().orThrow();
    assertThat(second.query()).isEqualTo("y");
    assertThat(second.candidates()).extracting(Candidate::text).containsExactly("c");
    assertThat(second.options().topK()).isEqualTo(2);
    assertThat(second.options().returnText()).isTrue();
  }

  @Test
  void aWrongEntryIsReportedInItsPlace() {
    List<Outcome<RerankRequest>> requests =
        readAll(
            """
            {"requests": [{"query": "x", "candidates": ["a"]}, 7, {"query": "x"},
             {"query": "x", "candidates": [{"text": 1}]}]}
            """);
    assertThat(requests.getFirst().orThrow().query()).isEqualTo("x");
    assertThat(requests.subList(1, 4))
        .extracting(entry -> ((Outcome.Refused<?>) entry).refusal().explanation())
        .containsExactly(
            "requests[1] is an integer; expected an object",
            "requests[2].candidates is missing; expected an array of strings or objects",
            "requests[3].candidates[0].text is an integer; expected a string");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"requests": []}                                   | requests is empty; expected at least one
          {"requests": {}}                                   | requests is an object; expected an array of objects
          {"requests": [{}], "top_n": 1}                     | top_n is not a known field; did you mean 'top_k'?
          {"requests": [{}], "top_k": 0}                     | top_k is 0; expected 1 or more
          {"requests": [{}, {}, {}, {}, {}]}                 | requests has 5 entries; expected at most 4
          {"candidates": ["a", "b"], "requests": [{"query": "x"}, {"query": "y"}]} | requests has more than 3 candidates in all; expected at most 3
          """)
  void aBatchThatIsWrongAsAWholeIsRefused(String json, String message) {
    RerankException e = catchThrowableOfType(RerankException.class, () -> readAll(json));
    assertThat(e.explanation()).isEqualTo(message);
  }

  private static List<Outcome<RerankRequest>> readAll(String json) {
    return NATIVE.read(json(json));
  }

  private static Scores scores(double score, float logit) {
    return new Scores(score, List.of(new StageLogit("m", logit)), null);
  }

  private static RerankRequest read(String json) {
    return one(json(json));
  }

  private static RerankRequest one(JsonNode json) {
    return NATIVE.read(json).getFirst().orThrow();
  }

  private static String reply(JsonNode json, Ranking ranking, Timings timings) {
    Answer answer = new Answer(one(json), ranking);
    return NATIVE.reply(json, List.of(new Outcome.Done<>(answer)), timings).body();
  }

  private static JsonNode posted(String body, boolean base64) {
    return new HttpRequest("POST", "/rerank", Map.of(), body, base64).json(STRICT_JSON);
  }

  private static JsonNode json(String json) {
    return ((Event.Direct) Event.read(json.getBytes(StandardCharsets.UTF_8), STRICT_JSON)).json();
  }
}
