package dev.snapranker.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import dev.snapranker.api.Limits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
    assertThat(STRICT_JSON.parse(request).path("query").asText()).isEqualTo("q");
  }

  @Test
  void nullsInAnEnvelopeAreNothing() {
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
    byte[] event = Payload2Json.write(request, "a=b", "127.0.0.1").getBytes(StandardCharsets.UTF_8);
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
    for (String event : new String[] {"{}", "{\"query\": \"q\"}", "[]", "\"text\"", "5"}) {
      assertThat(Event.read(event.getBytes(StandardCharsets.UTF_8), STRICT_JSON))
          .isInstanceOf(Event.Direct.class);
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
