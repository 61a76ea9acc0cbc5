package dev.snapranker.wire.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recognises events of other services by their signs. A sign is a JSON pointer, and where needed
 * the value there. The event's kind is the first one in the list whose signs are all present.
 */
final class ForeignEvent {
  private static final List<Kind> KINDS =
      List.of(
          kind("an SQS event", "/Records/0/eventSource=aws:sqs"),
          kind("an SNS event", "/Records/0/EventSource=aws:sns"),
          kind("an S3 event", "/Records/0/eventSource=aws:s3"),
          kind("an S3 test event", "/Event=s3:TestEvent"),
          kind("a Kinesis event", "/Records/0/eventSource=aws:kinesis"),
          kind("a DynamoDB Streams event", "/Records/0/eventSource=aws:dynamodb"),
          kind("an SES event", "/Records/0/eventSource=aws:ses"),
          kind("a CodeCommit event", "/Records/0/eventSource=aws:codecommit"),
          kind("a Lambda@Edge event", "/Records/0/cf"),
          kind("an Amazon MSK event", "/records", "/eventSource=aws:kafka"),
          kind("an Apache Kafka event", "/records", "/eventSource=SelfManagedKafka"),
          kind("an Apache Kafka event", "/Records/0/topic", "/Records/0/offset"),
          kind("an ActiveMQ event", "/messages", "/eventSource=aws:mq"),
          kind("a RabbitMQ event", "/rmqMessagesByQueue"),
          kind("a DocumentDB event", "/events", "/eventSource=aws:docdb"),
          kind("a Firehose event", "/records", "/deliveryStreamArn"),
          kind("an S3 Batch Operations event", "/tasks", "/invocationId"),
          kind("an S3 Object Lambda event", "/getObjectContext"),
          kind("a CloudWatch Logs event", "/awslogs/data"),
          kind("a CloudWatch alarm", "/alarmData"),
          kind("a CloudWatch dashboard's event", "/widgetContext"),
          kind("a CodePipeline job", "/CodePipeline.job"),
          kind("a CodeDeploy hook", "/LifecycleEventHookExecutionId"),
          kind("a CloudFormation custom resource's event", "/RequestType", "/ResponseURL"),
          kind("a CloudFormation macro's event", "/transformId", "/fragment"),
          kind("an AWS Config event", "/invokingEvent"),
          kind("a Secrets Manager event", "/SecretId", "/ClientRequestToken"),
          kind("a Cognito trigger", "/triggerSource", "/userPoolId"),
          kind("a Cognito Sync event", "/identityPoolId", "/datasetName"),
          kind("an API Gateway authoriser's event", "/methodArn"),
          kind("an API Gateway authoriser's event", "/routeArn"),
          kind("an AppSync authoriser's event", "/authorizationToken"),
          kind("a Transfer Family identity event", "/serverId", "/username"),
          kind("an API Gateway WebSocket event", "/requestContext/connectionId"),
          kind("a Lambda destination's event", "/requestContext/functionArn", "/requestPayload"),
          kind("an AppSync event", "/info/fieldName"),
          kind("an AppSync event", "/Records/0/info/fieldName"),
          kind("an AppSync event", "/typeName", "/fieldName", "/arguments"),
          kind("an AppSync Events event", "/info/channel"),
          kind("a Bedrock agent's event", "/actionGroup", "/agent"),
          kind("a Lex event", "/bot", "/sessionState"),
          kind("a Lex event", "/bot", "/currentIntent"),
          kind("an Amazon Connect event", "/Details/ContactData"),
          kind("an Alexa event", "/context/System", "/request"),
          kind("an AWS IoT event", "/deviceEvent"),
          kind("an AWS IoT event", "/clickType"),
          kind("an AWS IoT registry event", "/eventType", "/eventId", "/operation"),
          kind("an AWS IoT Events event", "/payload/detector"),
          kind("a Redshift function's event", "/external_function"),
          kind("an EventBridge event", "/detail-type", "/source", "/detail"),
          kind("an event of another service", "/Records/0/eventSource"),
          kind("an event of another service", "/eventSource"),
          kind("an event of another service", "/requestContext"));

  /** The fields that hold an event's records, as an array or as arrays by name. */
  private static final List<String> CONTENTS =
      List.of("Records", "records", "messages", "rmqMessagesByQueue", "events", "tasks");

  /** The nesting of the deepest sign. */
  private static final int DEPTH = 4;

  /**
   * Accepts any JSON. The reader skips what lies deeper than any sign, so depth costs no memory.
   */
  private static final JsonFactory LENIENT =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE) // DynamoDB's names have up to 65,535 bytes
                  .build())
          .build();

  private ForeignEvent() {}

  /** The foreign event; null if the event is not recognised. */
  static Event.@Nullable Foreign find(JsonNode json) {
    JsonNode event = json;
    if (json.path(0).isObject()) { // EventBridge Pipes and AppSync pass the records alone
      event = JsonNodeFactory.instance.objectNode().set("Records", json);
    }
    for (Kind kind : KINDS) {
      if (kind.fits(event)) {
        return new Event.Foreign(kind.title() + size(event));
      }
    }
    return json.has("Records") ? new Event.Foreign("an event of another service") : null;
  }

  /** The upper levels of an event that is not strict JSON; a missing node if it is not JSON. */
  static JsonNode outline(byte[] event) {
    try (JsonParser parser = LENIENT.createParser(event)) {
      parser.nextToken();
      return shallow(parser, DEPTH);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** Reads the parser's current value down to this depth. */
  private static JsonNode shallow(JsonParser parser, int depth) throws IOException {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (parser.isExpectedStartObjectToken()) {
      ObjectNode object = nodes.objectNode();
      if (depth == 0) {
        parser.skipChildren();
        return object;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        object.set(name, shallow(parser, depth - 1));
      }
      return object;
    }
    if (parser.isExpectedStartArrayToken()) {
      ArrayNode array = nodes.arrayNode();
      if (depth == 0) {
        parser.skipChildren();
        return array;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.add(shallow(parser, depth - 1));
      }
      return array;
    }
    return parser.hasToken(JsonToken.VALUE_STRING)
        ? nodes.textNode(parser.getText())
        : nodes.nullNode();
  }

  private static String size(JsonNode event) {
    for (String name : CONTENTS) {
      JsonNode content = event.path(name);
      if (content.isArray()) {
        return sized(content.size());
      }
      if (content.isObject()) {
        int size = 0;
        for (JsonNode part : content) {
          size += part.size();
        }
        return sized(size);
      }
    }
    return "";
  }

  private static String sized(int size) {
    return size == 1 ? " of 1 record" : " of " + size + " records";
  }

  private static Kind kind(String title, String... signs) {
    return new Kind(title, List.of(signs));
  }

  /**
   * A kind of event.
   *
   * @param title the name for messages, with its article
   */
  private record Kind(String title, List<String> signs) {

    boolean fits(JsonNode event) {
      for (String sign : signs) {
        int equals = sign.indexOf('=');
        JsonNode there = event.at(equals < 0 ? sign : sign.substring(0, equals));
        boolean fits =
            equals < 0 ? !there.isMissingNode() : there.asText().equals(sign.substring(equals + 1));
        if (!fits) {
          return false;
        }
      }
      return true;
    }
  }
}
