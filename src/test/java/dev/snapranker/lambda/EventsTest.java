package dev.snapranker.lambda;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in {@code events/} through the handler. */
class EventsTest {
  private static final Path EVENTS = Path.of("events");

  private static final Map<String, String> WRONG =
      Map.ofEntries(
          entry("sqs-1", "an SQS event of 1 record;"),
          entry("pipe-of-sqs-1", "an SQS event of 1 record;"),
          entry("sqs-half-a-surrogate-2", "an SQS event of 2 records;"),
          entry("sns-1", "an SNS event of 1 record;"),
          entry("s3-2", "an S3 event of 2 records;"),
          entry("kinesis-1", "a Kinesis event of 1 record;"),
          entry("dynamodb-streams-1", "a DynamoDB Streams event of 1 record;"),
          entry("ses-1", "an SES event of 1 record;"),
          entry("lambda-edge-1", "a Lambda@Edge event of 1 record;"),
          entry("msk-3", "an Amazon MSK event of 3 records;"),
          entry("kafka-1", "an Apache Kafka event of 1 record;"),
          entry("activemq-1", "an ActiveMQ event of 1 record;"),
          entry("rabbitmq-1", "a RabbitMQ event of 1 record;"),
          entry("documentdb-1", "a DocumentDB event of 1 record;"),
          entry("firehose-1", "a Firehose event of 1 record;"),
          entry("s3-batch-1", "an S3 Batch Operations event of 1 record;"),
          entry("s3-object-lambda", "an S3 Object Lambda event;"),
          entry("cloudwatch-logs", "a CloudWatch Logs event;"),
          entry("cloudwatch-alarm", "a CloudWatch alarm;"),
          entry("eventbridge", "an EventBridge event;"),
          entry("code-pipeline", "a CodePipeline job;"),
          entry("cloudformation", "a CloudFormation custom resource's event;"),
          entry("config", "an AWS Config event;"),
          entry("secrets-manager", "a Secrets Manager event;"),
          entry("cognito", "a Cognito trigger;"),
          entry("authoriser-token", "an API Gateway authoriser's event;"),
          entry("authoriser-payload-1", "an API Gateway authoriser's event;"),
          entry("authoriser-payload-2", "an API Gateway authoriser's event;"),
          entry("appsync", "an AppSync event;"),
          entry("appsync-batch-1", "an AppSync event of 1 record;"),
          entry("appsync-authoriser", "an AppSync authoriser's event;"),
          entry("websocket", "an API Gateway WebSocket event;"),
          entry("bedrock-agent", "a Bedrock agent's event;"),
          entry("lex", "a Lex event;"),
          entry("lambda-destination", "a Lambda destination's event;"),
          entry("iot-button", "an AWS IoT event;"));

  static Stream<Path> good() throws IOException {
    return json(EVENTS);
  }

  static Stream<Path> wrong() throws IOException {
    return json(EVENTS.resolve("wrong"));
  }

  static Stream<Path> bad() throws IOException {
    return json(EVENTS.resolve("bad"));
  }

  @ParameterizedTest
  @MethodSource("good")
  void aGoodEventIsAnswered(Path file) throws IOException {
    JsonNode reply = invoke(file);
    assertThat(reply.path("statusCode").asInt(200)).as(reply.toString()).isEqualTo(200);
    String name = file.getFileName().toString();
    switch (name) {
      case "health.json", "alb-health.json" ->
          assertThat(Lambda.body(reply).path("ready").asBoolean()).isTrue();
      case "index.json" ->
          assertThat(Lambda.body(reply).path("name").asText()).isEqualTo("snapranker");
      case "head.json" -> assertThat(reply.path("body").asText()).isEmpty();
      default -> {
        if (name.startsWith("warm-up")) {
          assertThat(reply).hasToString("{\"warm\":true}");
        } else {
          assertRanked(reply.has("body") ? Lambda.body(reply) : reply);
        }
      }
    }
  }

  /** Each kind of envelope takes another form of reply. */
  @ParameterizedTest
  @CsvSource({
    "http-api, statusCode headers body isBase64Encoded",
    "rest-api, statusCode headers body isBase64Encoded",
    "function-url, statusCode headers body isBase64Encoded",
    "http-api-payload-1, statusCode headers body isBase64Encoded",
    "alb, statusCode statusDescription headers body isBase64Encoded",
    "alb-multi-value, statusCode statusDescription multiValueHeaders body isBase64Encoded",
    "lattice-1, statusCode statusDescription headers body isBase64Encoded",
    "lattice-2, statusCode statusDescription headers body isBase64Encoded",
  })
  void aReplyHasTheFormOfItsEnvelope(String event, String fields) throws IOException {
    JsonNode reply = invoke(EVENTS.resolve(event + ".json"));
    List<String> there = new ArrayList<>();
    reply.fieldNames().forEachRemaining(there::add);
    assertThat(there).containsExactly(fields.split(" "));
    assertThat(reply.path("statusDescription").asText("200 OK")).isEqualTo("200 OK");
    JsonNode type = reply.path("headers").path("content-type");
    assertThat(reply.has("headers") ? type : reply.at("/multiValueHeaders/content-type/0"))
        .hasToString("\"application/json\"");
  }

  @Test
  void anAnswerIsTheSameInEveryEnvelope() throws IOException {
    JsonNode expected = Lambda.body(invoke(EVENTS.resolve("http-api.json"))).path("results");
    for (String event :
        List.of(
            "function-url",
            "rest-api",
            "rest-api-custom-domain",
            "http-api-custom-domain",
            "http-api-payload-1",
            "alb",
            "alb-multi-value",
            "lattice-1",
            "lattice-2")) {
      assertThat(Lambda.body(invoke(EVENTS.resolve(event + ".json"))).path("results"))
          .as(event)
          .isEqualTo(expected);
    }
  }

  /** Nothing of the event's contents is in the message, which goes to the log. */
  @ParameterizedTest
  @MethodSource("wrong")
  void anotherServicesEventFailsTheInvocationAndIsNamed(Path file) {
    String name = file.getFileName().toString().replace(".json", "");
    assertThatThrownBy(() -> invoke(file))
        .isInstanceOf(WrongEventException.class)
        .hasMessageStartingWith("the function received " + WRONG.get(name))
        .hasMessageContaining("; expected a rerank request")
        .hasMessageNotContaining("commit")
        .hasNoCause();
    assertThat(WRONG).containsKey(name);
  }

  /** The name of the file is the expectation: {@code STATUS-CODE…}. */
  @ParameterizedTest
  @MethodSource("bad")
  void aBadEventGetsItsStatusAndCode(Path file) throws IOException {
    List<String> name = List.of(file.getFileName().toString().replace(".json", "").split("-", 3));
    boolean http = name.getLast().endsWith("http") || name.getLast().endsWith("rest");
    JsonNode reply = invoke(file);
    assertThat(reply.has("body")).isEqualTo(http);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).hasToString(name.getFirst());
    JsonNode error = (http ? Lambda.body(reply) : reply).path("error");
    assertThat(error.path("code").asText()).isEqualTo(name.get(1));
    assertThat(error.path("message").asText()).isNotBlank();
  }

  private static JsonNode invoke(Path file) throws IOException {
    return Lambda.invoke(DefaultBundle.handler(), Files.readAllBytes(file));
  }

  private static void assertRanked(JsonNode answer) {
    JsonNode results = answer.path("results");
    assertThat(results).isNotEmpty();
    double above = 1;
    int rank = 1;
    for (JsonNode result : results) {
      assertThat(result.path("rank").asInt()).isEqualTo(rank++);
      assertThat(result.path("score").asDouble()).isBetween(0.0, above);
      above = result.path("score").asDouble();
    }
    assertThat(answer.path("usage").path("tokens").asInt()).isPositive();
  }

  private static Stream<Path> json(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }
}
