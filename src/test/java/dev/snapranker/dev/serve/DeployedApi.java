package dev.snapranker.dev.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.snapranker.DefaultBundle;
import dev.snapranker.dev.cli.Invoker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The services in front of a deployed function, on loopback: API Gateway with an authoriser, and
 * Lambda's Invoke API. Unlike a deployed API, it takes each kind of credentials.
 */
final class DeployedApi implements AutoCloseable {
  static final SigV4 CREDENTIALS =
      new SigV4("AKIDEXAMPLE", "a secret of this test", "a session of this test");
  static final String TOKEN = "a-token-of-this-test";
  static final String API_KEY = "a-key-of-this-test";
  static final String FUNCTION_ALIAS =
      "arn:aws:lambda:eu-west-1:123456789012:function:snapranker:live";

  private static final String INVOCATIONS =
      "/2015-03-31/functions/%s/invocations".formatted(FUNCTION_ALIAS);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Invoker function = new Invoker(DefaultBundle.handler(), Invoker.TIME_LIMIT);

  DeployedApi() throws IOException {
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where it listens, without a trailing slash. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
    client.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (exchange.getRequestURI().getPath().equals(INVOCATIONS)) {
        invoke(exchange, body);
      } else {
        call(exchange, body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** API Gateway: passes a call with credentials to the function. */
  private void call(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
    Headers headers = exchange.getRequestHeaders();
    boolean known =
        signed("execute-api", exchange, body)
            || ("Bearer " + TOKEN).equals(headers.getFirst("authorization"))
            || API_KEY.equals(headers.getFirst("x-api-key"));
    if (!known) {
      send(exchange, 403, Map.of(), json(Map.of("message", "Forbidden")));
      return;
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(RunningServer.url() + exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
    List.of("content-type", "accept")
        .forEach(name ->
            headers.getOrDefault(name, List.of()).forEach(value -> request.header(name, value)));
    HttpResponse<byte[]> reply = client.send(request.build(), BodyHandlers.ofByteArray());
    send(exchange, reply.statusCode(), Map.of(), reply.body());
  }

  /** Lambda's Invoke: if the function throws, the invocation has failed, with status 200. */
  private void invoke(HttpExchange exchange, byte[] body) throws IOException {
    if (!signed("lambda", exchange, body)) {
      send(
          exchange,
          403,
          Map.of("x-amzn-ErrorType", "InvalidSignatureException"),
          json(Map.of("message", "The request signature we calculated does not match")));
      return;
    }
    Map<String, String> headers = Map.of("X-Amz-Executed-Version", "1");
    byte[] reply;
    try {
      reply = function.invoke(body);
    } catch (RuntimeException e) {
      headers = Map.of("X-Amz-Executed-Version", "1", "X-Amz-Function-Error", "Unhandled");
      reply =
          json(Map.of("errorMessage", "" + e.getMessage(), "errorType", e.getClass().getName()));
    }
    send(exchange, 200, headers, reply);
  }

  private static boolean signed(String service, HttpExchange exchange, byte[] body) {
    return CREDENTIALS.signed(
        service,
        exchange.getRequestMethod(),
        exchange.getRequestURI().getRawPath(),
        exchange.getRequestHeaders(),
        body);
  }

  private static void send(
      HttpExchange exchange, int status, Map<String, String> headers, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("content-type", "application/json");
    headers.forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static byte[] json(Map<String, String> object) {
    try {
      return new JsonMapper().writeValueAsString(object).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // Maps of strings are written.
    }
  }
}
