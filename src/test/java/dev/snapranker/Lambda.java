package dev.snapranker;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Invokes a handler as Lambda does: bytes in, bytes out. */
public final class Lambda {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Lambda() {}

  public static JsonNode invoke(RequestStreamHandler handler, String event) {
    return invoke(handler, event.getBytes(StandardCharsets.UTF_8));
  }

  public static JsonNode invoke(RequestStreamHandler handler, byte[] event) {
    return invoke(handler, event, new TestContext(30_000));
  }

  public static JsonNode invoke(RequestStreamHandler handler, byte[] event, Context context) {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    try {
      handler.handleRequest(new ByteArrayInputStream(event), reply, context);
      return MAPPER.readTree(reply.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The body of an HTTP reply, as JSON. */
  public static JsonNode body(JsonNode reply) {
    try {
      return MAPPER.readTree(reply.path("body").asText());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A context with a fixed time left; its log is kept. */
  public static final class TestContext implements Context {
    private final int remainingMillis;
    private final StringBuilder log = new StringBuilder();

    public TestContext(int remainingMillis) {
      this.remainingMillis = remainingMillis;
    }

    public String log() {
      return log.toString();
    }

    @Override
    public String getAwsRequestId() {
      return "request-1";
    }

    @Override
    public String getLogGroupName() {
      return "group";
    }

    @Override
    public String getLogStreamName() {
      return "stream";
    }

    @Override
    public String getFunctionName() {
      return "snapranker";
    }

    @Override
    public String getFunctionVersion() {
      return "1";
    }

    @Override
    public String getInvokedFunctionArn() {
      return "arn";
    }

    @Override
    public CognitoIdentity getIdentity() {
      throw new IllegalStateException("the handler needs no identity");
    }

    @Override
    public ClientContext getClientContext() {
      throw new IllegalStateException("the handler needs no client context");
    }

    @Override
    public int getRemainingTimeInMillis() {
      return remainingMillis;
    }

    @Override
    public int getMemoryLimitInMB() {
      return 1769;
    }

    @Override
    public LambdaLogger getLogger() {
      return new LambdaLogger() {
        @Override
        public void log(String message) {
          log.append(message);
        }

        @Override
        public void log(byte[] message) {
          log.append(new String(message, StandardCharsets.UTF_8));
        }
      };
    }
  }
}
