package dev.snapranker.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.snapranker.wire.HttpRequest;
import dev.snapranker.wire.Payload2Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * The handler behind HTTP on this machine: each request becomes a real API Gateway event, payload
 * format 2.0, and each reply is unpacked as API Gateway does. Connections are kept alive; {@link
 * #close} lets the requests in work finish. Browsers get a page to play with.
 */
final class LocalServer implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** Lambda's own limit on an event, and so on the body within. */
  private static final int MOST_BYTES = 6 * 1024 * 1024;

  private static final int STOP_SECONDS = 30;

  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final UnaryOperator<byte[]> function;
  private volatile boolean stopping;

  /**
   * @param function from an event's bytes to its reply's
   */
  LocalServer(UnaryOperator<byte[]> function, InetSocketAddress address) throws IOException {
    // Without it, the JDK's server delays small replies on kept-alive connections by 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // Seconds that a client may take to send its request.
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    this.function = function;
    this.server = HttpServer.create(address, 0);
    server.setExecutor(workers);
    server.createContext("/", this::serve);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    stopping = true;
    try (ExecutorService stop = Executors.newVirtualThreadPerTaskExecutor()) {
      stop.execute(() -> server.stop(STOP_SECONDS)); // at once takes no connection any more
      workers.close();
      // The JDK's own count never forgets a request whose client went away, and would wait for it.
      stop.shutdownNow();
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      answer(exchange);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      if (Playground.wants(exchange)) {
        Playground.send(exchange);
        return;
      }
      byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
      if (body.length > MOST_BYTES) {
        // API Gateway refuses it before Lambda sees it, in these words.
        send(exchange, 413, "{\"message\":\"Request Too Long\"}".getBytes(StandardCharsets.UTF_8));
        return;
      }
      JsonNode reply = MAPPER.readTree(function.apply(event(exchange, body)));
      for (Map.Entry<String, JsonNode> header : reply.path("headers").properties()) {
        exchange.getResponseHeaders().set(header.getKey(), header.getValue().asText());
      }
      send(
          exchange,
          reply.path("statusCode").asInt(),
          reply.path("body").asText().getBytes(StandardCharsets.UTF_8));
    } catch (OutOfMemoryError | StackOverflowError e) {
      // API Gateway's words, too; a reply that had begun ends here.
      send(exchange, 503, "{\"message\":\"Service Unavailable\"}".getBytes(StandardCharsets.UTF_8));
    }
  }

  private void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (stopping) {
      exchange.getResponseHeaders().set("Connection", "close");
    }
    boolean none = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, none ? -1 : body.length);
    if (!none) {
      exchange.getResponseBody().write(body);
    }
  }

  private static byte[] event(HttpExchange exchange, byte[] body) {
    Map<String, String> headers = new TreeMap<>();
    for (Map.Entry<String, List<String>> header : exchange.getRequestHeaders().entrySet()) {
      headers.put(header.getKey().toLowerCase(Locale.ROOT), String.join(",", header.getValue()));
    }
    boolean text = isText(headers.getOrDefault("content-type", "")) && isUtf8(body);
    HttpRequest request =
        new HttpRequest(
            exchange.getRequestMethod(),
            path(exchange.getRequestURI()),
            headers,
            text
                ? new String(body, StandardCharsets.UTF_8)
                : Base64.getEncoder().encodeToString(body),
            !text);
    return Payload2Json.write(
            request,
            Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""),
            exchange.getRemoteAddress().getAddress().getHostAddress())
        .getBytes(StandardCharsets.UTF_8);
  }

  /** In a target like {@code //v2/rerank} the JDK takes the first segment for a host. */
  private static String path(URI target) {
    return target.getRawAuthority() == null
        ? target.getPath()
        : "//" + target.getRawAuthority() + target.getPath();
  }

  /** API Gateway passes these types as text, all others as Base64. */
  private static boolean isText(String contentType) {
    return contentType.startsWith("text/")
        || contentType.startsWith("application/json")
        || contentType.startsWith("application/xml")
        || contentType.startsWith("application/javascript");
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
