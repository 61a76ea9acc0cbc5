package dev.snapranker.dev.runtime;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server of Lambda's Invoke API on this machine, as far as synchronous invocations need it
 * ("Invoke" in the API reference of AWS Lambda).
 */
public final class InvokeApi implements AutoCloseable {
  private static final Pattern PATH =
      Pattern.compile("/2015-03-31/functions/([a-zA-Z0-9_-]+)/invocations");
  private static final int MOST_BYTES = 6 * 1024 * 1024;

  private final HttpServer server;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final Function function;

  /** The function behind the API. */
  @FunctionalInterface
  public interface Function {
    /**
     * Handles an event.
     *
     * @param qualifier the alias or version
     */
    Outcome invoke(String qualifier, byte[] event) throws InterruptedException;
  }

  /** What became of an invocation. */
  public sealed interface Outcome {}

  /** The function's reply. */
  public record Replied(String payload) implements Outcome {}

  /** The function failed, or its environment did. */
  public record FunctionError(String errorType, String errorMessage) implements Outcome {}

  /**
   * Lambda itself refused.
   *
   * @param type the exception's name in the API
   */
  public record Refused(int status, String type, String message) implements Outcome {
    /** All execution environments are in use. */
    public static final Refused THROTTLED =
        new Refused(429, "TooManyRequestsException", "Rate Exceeded.");
  }

  public InvokeApi(Function function) throws IOException {
    // Without it, the JDK's server delays small replies on kept-alive connections by 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.function = function;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(calls);
    server.createContext("/", this::serve);
    server.start();
  }

  /** The value for {@code AWS_ENDPOINT_URL_LAMBDA}. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
    calls.shutdownNow();
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] event = exchange.getRequestBody().readAllBytes();
    try (exchange) {
      switch (outcome(exchange, event)) {
        case Replied(String payload) ->
            send(exchange, 200, payload.getBytes(StandardCharsets.UTF_8));
        case FunctionError(String type, String message) -> {
          exchange.getResponseHeaders().set("X-Amz-Function-Error", "Unhandled");
          send(exchange, 200, json("errorType", type, "errorMessage", message));
        }
        case Refused(int status, String type, String message) -> {
          exchange.getResponseHeaders().set("x-amzn-ErrorType", type);
          send(exchange, status, json("Type", "User", "Message", message));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closing
    }
  }

  private Outcome outcome(HttpExchange exchange, byte[] event) throws InterruptedException {
    Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    if (!exchange.getRequestMethod().equals("POST")
        || !path.matches()
        || !query.startsWith("Qualifier=")) {
      return new Refused(404, "ResourceNotFoundException", "Function not found");
    }
    if (event.length > MOST_BYTES) {
      return new Refused(413, "RequestTooLargeException", "The event has more than 6 MB");
    }
    return function.invoke(query.substring("Qualifier=".length()), event);
  }

  private static byte[] json(String field, String value, String other, String otherValue) {
    return "{\"%s\": \"%s\", \"%s\": \"%s\"}"
        .formatted(field, value, other, otherValue)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
