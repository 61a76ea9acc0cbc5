package dev.snapranker.wire.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.json.StrictJson;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what AWS's own event classes and serialisers write. */
class EventTest {
  private static final StrictJson STRICT_JSON =
      new StrictJson(new Limits(1000, 32_768, 8192, 1 << 20, 64, 32, 32));

  @Test
  void payload2IsRead() {
    HttpRequest request = http(payload2("$default", "/rerank"));
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/rerank");
    assertThat(request.header("content-type")).isEqualTo("application/json");
    assertThat(request.body()).isEqualTo("{\"query\": \"q\"}");
    assertThat(request.base64()).isFalse();
  }

  @Test
  void aNamedStageIsNotPartOfThePath() {
    assertThat(http(payload2("prod", "/prod/rerank")).path()).isEqualTo("/rerank");
    assertThat(http(payload2("rerank", "/rerank/rerank")).path()).isEqualTo("/rerank");
    assertThat(http(payload2("prod", "/production")).path()).isEqualTo("/production");
  }

  @Test
  void aTrailingSlashIsNotPartOfThePath() {
    assertThat(http(payload2("$default", "/rerank/")).path()).isEqualTo("/rerank");
    assertThat(http(payload2("$default", "/")).path()).isEqualTo("/");
    assertThat(http(payload2("prod", "/prod")).path()).isEqualTo("/");
    assertThat(http(payload2("prod", "/prod/")).path()).isEqualTo("/");
  }

  @Test
  void severalSlashesAreOne() {
    assertThat(http(payload2("$default", "//v2///rerank")).path()).isEqualTo("/v2/rerank");
  }

  @Test
  void payload1IsRead() {
    APIGatewayProxyRequestEvent event =
        new APIGatewayProxyRequestEvent()
            .withHttpMethod("post")
            .withPath("/rerank")
            .withHeaders(Map.of("Content-Type", "application/json", "X-CUSTOM", "1"))
            .withRequestContext(
                new APIGatewayProxyRequestEvent.ProxyRequestContext()
                    .withStage("prod")
                    .withHttpMethod("POST"))
            .withBody("eyJxdWVyeSI6ICJxIn0=")
            .withIsBase64Encoded(true);
    HttpRequest request = http(serialise(event, APIGatewayProxyRequestEvent.class));
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/rerank");
    assertThat(request.header("x-custom")).isEqualTo("1");
    assertThat(request.base64()).isTrue();
    assertThat(request.json(STRICT_JSON).path("query").asText()).isEqualTo("q");
  }

  /** What API Gateway sends for one call of {@code /rerank}, by the ways that a client can take. */
  @ParameterizedTest
  @CsvSource({
    // resource, path, requestContext.path, stage, domainPrefix, proxy
    "/{proxy+}, /rerank,             /live/rerank,        live, abc123, rerank", // REST's own
    // domain
    "/rerank,   /rerank,             /live/rerank,        live, abc123, ", // and a route of its own
    "/{proxy+}, /search/rerank,      /search/rerank,      live, api,    rerank", // base path
    "/rerank,   /search/rerank,      /search/rerank,      live, api,    ",
    "/{proxy+}, /a/b/rerank,         /a/b/rerank,         live, api,    rerank", // of two parts
    "/{proxy+}, /rerank,             /rerank,             live, api,    rerank", // empty base path
    "/{proxy+}, /live/rerank,        /live/rerank,        live, api,    rerank", // without a stage
    "/{proxy+}, /search/live/rerank, /search/live/rerank, live, api,    rerank",
    "/{proxy+}, /v1/rerank,          /v1/rerank,          live, api,    rerank", // looks like
    // Jina's
    "/{proxy+}, /dev/rerank,         /dev/rerank,         dev,  abc123, rerank", // HTTP API
    "/rerank,   /dev/rerank,         /dev/rerank,         dev,  abc123, ",
    "$default,  /dev/rerank,         /dev/rerank,         dev,  abc123, ",
    "$default,  /rerank,             /rerank,             $default, abc123, ",
  })
  void whatAnApiPutsBeforeThePathIsTakenAway(
      String resource, String path, String whole, String stage, String prefix, String proxy) {
    for (boolean payload2 : new boolean[] {false, true}) {
      if (!payload2 || path.equals(whole)) {
        ObjectNode event = new ObjectMapper().createObjectNode();
        ObjectNode context = event.putObject("requestContext");
        context.put("stage", stage).put("apiId", "abc123").put("domainPrefix", prefix);
        if (proxy != null) {
          event.putObject("pathParameters").put("proxy", proxy);
        }
        if (payload2) {
          event.put("version", "2.0").put("rawPath", path);
          event.put("routeKey", resource.startsWith("/") ? "ANY " + resource : resource);
          context.putObject("http").put("method", "POST").put("path", path);
        } else {
          event.put("resource", resource).put("path", path).put("httpMethod", "POST");
          context.put("path", whole);
        }
        assertThat(http(event.toString().getBytes(StandardCharsets.UTF_8)).path())
            .as(event.toString())
            .isEqualTo("/rerank");
      }
    }
  }

  @Test
  void aRestApisPathBeginsWithNoStageEvenIfItLooksLikeOne() {
    String event =
        """
        {"resource": "/{proxy+}", "path": "/v1/rerank", "httpMethod": "POST",
         "pathParameters": {"proxy": "v1/rerank"},
         "requestContext": {"stage": "v1", "path": "/v1/v1/rerank"}}
        """;
    assertThat(http(event.getBytes(StandardCharsets.UTF_8)).path()).isEqualTo("/v1/rerank");
  }

  @Test
  void aStageIsNoPartOfThePathUnderACustomDomainEvenIfItLooksLikeOne() {
    String event =
        """
        {"rawPath": "/v2/rerank", "routeKey": "$default",
         "requestContext": {"stage": "v2", "apiId": "abc123", "domainPrefix": "api",
                            "http": {"method": "POST", "path": "/v2/rerank"}}}
        """;
    assertThat(http(event.getBytes(StandardCharsets.UTF_8)).path()).isEqualTo("/v2/rerank");
  }

  /** Else each of them could double the path. */
  @Test
  void aParameterIsFilledInOnceAndItsValueNamesNoOther() {
    String event =
        """
        {"resource": "/{a}/{a}/{rest+}", "path": "/base/{rest}/{a}/v2/rerank", "httpMethod": "POST",
         "pathParameters": {"a": "{rest}", "rest": "v2/rerank"},
         "requestContext": {"stage": "live", "apiId": "abc123", "domainPrefix": "api"}}
        """;
    assertThat(http(event.getBytes(StandardCharsets.UTF_8)).path())
        .isEqualTo("/{rest}/{a}/v2/rerank");
  }

  @Test
  void allValuesOfAHeaderAreRead() {
    String event =
        """
        {"path": "/rerank", "httpMethod": "POST", "requestContext": {"elb": {}},
         "headers": {"Content-Type": "b"}, "multiValueHeaders": {"Content-Type": ["a", "b"]}}
        """;
    assertThat(http(event.getBytes(StandardCharsets.UTF_8)).header("content-type"))
        .isEqualTo("a,b");
  }

  @Test
  void nullsInAnEnvelopeCountAsLeftOut() {
    String event =
        """
        {"httpMethod": "GET", "path": "/health", "headers": null, "body": null,
         "isBase64Encoded": false, "requestContext": {"stage": "prod"}}
        """;
    HttpRequest request = http(event.getBytes(StandardCharsets.UTF_8));
    assertThat(request.headers()).isEmpty();
    assertThat(request.body()).isEmpty();
  }

  @Test
  void whatTheLocalServerWritesIsPayload2() {
    HttpRequest request = new HttpRequest("POST", "/rerank", Map.of("host", "h"), "{}", false);
    byte[] event = Payload2.event(request, "a=b", "127.0.0.1").getBytes(StandardCharsets.UTF_8);
    assertThat(http(event)).isEqualTo(request);
    APIGatewayV2HTTPEvent typed =
        LambdaEventSerializers.serializerFor(
                APIGatewayV2HTTPEvent.class, getClass().getClassLoader())
            .fromJson(new java.io.ByteArrayInputStream(event));
    assertThat(typed.getVersion()).isEqualTo("2.0");
    assertThat(typed.getRawPath()).isEqualTo("/rerank");
    assertThat(typed.getRawQueryString()).isEqualTo("a=b");
    assertThat(typed.getRequestContext().getHttp().getSourceIp()).isEqualTo("127.0.0.1");
    assertThat(typed.getBody()).isEqualTo("{}");
  }

  @Test
  void anythingElseIsADirectInvoke() {
    for (String event :
        new String[] {
          "{}",
          "{\"query\": \"q\"}",
          "[]",
          "\"text\"",
          "5",
          "null",
          "[{\"query\": \"q\"}]",
          "{\"source\": \"a field too many\", \"documents\": []}",
          "{\"records\": []}",
          "{\"query\": \"q\", \"Records\": [{\"eventSource\": \"aws:sqs\"}]}"
        }) {
      assertThat(Event.read(event.getBytes(StandardCharsets.UTF_8), STRICT_JSON))
          .isInstanceOf(Event.Direct.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"source\": \"serverless-plugin-warmup\"}",
        "{\"source\": \"my-own-schedule\", \"times\": 2}",
        "{\"warmer\": true, \"concurrency\": 3}",
        "{\"warmup\": true}",
        "{\"type\": \"warmer\", \"warmerId\": \"w\", \"index\": 0, \"concurrency\": 1, \"delay\": 75}",
        "{\"source\": \"aws.scheduler\", \"detail-type\": \"Scheduled Event\", \"detail\": \"{}\"}"
      })
  void aPingIsAWarmUp(String event) {
    assertThat(Event.read(event.getBytes(StandardCharsets.UTF_8), STRICT_JSON))
        .isEqualTo(new Event.WarmUp());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Records\": []}",
        "{\"Records\": [{\"eventSource\": \"aws:new\"}]}",
        "{\"eventSource\": \"aws:new\", \"items\": []}",
        "{\"requestContext\": {\"new\": {}}, \"input\": {}}"
      })
  void anUnknownEnvelopeCountsAsAnotherServicesEvent(String event) {
    assertThat(Event.read(event.getBytes(StandardCharsets.UTF_8), STRICT_JSON))
        .isInstanceOfSatisfying(
            Event.Foreign.class,
            foreign -> assertThat(foreign.what()).startsWith("an event of another service"));
  }

  /** It would be a refused request, if it were one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\ud800\"", // half of a surrogate pair
        "{\"a\": 1, \"a\": 2}", // a field twice
        "DEEP",
        "LONG", // a field's name
        "1e99999999999"
      })
  void aForeignEventIsRecognisedEvenIfItIsInvalid(String body) {
    String hostile =
        switch (body) {
          case "DEEP" -> "[".repeat(5000) + "]".repeat(5000);
          case "LONG" -> "{\"" + "n".repeat(65_535) + "\": 1}"; // the longest in DynamoDB
          default -> body;
        };
    String event = "{\"Records\": [{\"eventSource\": \"aws:sqs\", \"body\": " + hostile + "}, {}]}";
    assertThat(Event.read(event.getBytes(StandardCharsets.UTF_8), STRICT_JSON))
        .isEqualTo(new Event.Foreign("an SQS event of 2 records"));
  }

  @Test
  void aBrokenRequestIsRefusedAndNoForeignEvent() {
    for (String event :
        new String[] {
          "{\"query\": \"\\ud800\", \"Records\": []}",
          "{\"httpMethod\": \"GET\", \"requestContext\": {\"a\": 1, \"a\": 2}}",
          "{\"Records\": ",
          ""
        }) {
      assertThatThrownBy(() -> Event.read(event.getBytes(StandardCharsets.UTF_8), STRICT_JSON))
          .isInstanceOf(RerankException.class);
    }
  }

  private static byte[] payload2(String stage, String rawPath) {
    APIGatewayV2HTTPEvent event =
        APIGatewayV2HTTPEvent.builder()
            .withVersion("2.0")
            .withRouteKey("POST /rerank")
            .withRawPath(rawPath)
            .withHeaders(Map.of("content-type", "application/json"))
            .withRequestContext(
                APIGatewayV2HTTPEvent.RequestContext.builder()
                    .withStage(stage)
                    .withHttp(
                        APIGatewayV2HTTPEvent.RequestContext.Http.builder()
                            .withMethod("POST")
                            .withPath(rawPath)
                            .build())
                    .build())
            .withBody("{\"query\": \"q\"}")
            .withIsBase64Encoded(false)
            .build();
    return serialise(event, APIGatewayV2HTTPEvent.class);
  }

  private static <T> byte[] serialise(T event, Class<T> type) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    LambdaEventSerializers.serializerFor(type, EventTest.class.getClassLoader())
        .toJson(event, json);
    return json.toByteArray();
  }

  private static HttpRequest http(byte[] event) {
    Event read = Event.read(event, STRICT_JSON);
    assertThat(read).isInstanceOf(Event.Http.class);
    return ((Event.Http) read).request();
  }
}
