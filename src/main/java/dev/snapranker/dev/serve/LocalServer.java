package dev.snapranker.dev.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The handler behind HTTP on this machine: each request becomes a real API Gateway event, payload
 * format 2.0, and each reply is unpacked as API Gateway does. Connections are kept alive; {@link
 * #close} lets the requests in work finish. Browsers get a page to play with.
 */
final class LocalServer implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** Lambda's own limit on an event, and so on the body within. */
  private static final int MAX_BYTES = 6 * 1024 * 1024;

  private static final int STOP_MILLIS = 30_000;

  private final Server server;
  private final ServerConnector connector;
  private final UnaryOperator<byte[]> function;
  private final CallerCheck callerCheck;
  private volatile boolean stopping;

  /**
   * @param function from an event's bytes to its reply's
   * @param allowedOrigin whose pages may post, beside the server's own; {@code *} for all, null for
   *     none
   */
  LocalServer(
      UnaryOperator<byte[]> function, @Nullable String allowedOrigin, InetSocketAddress address)
      throws IOException {
    this.function = function;
    this.callerCheck = new CallerCheck(allowedOrigin);
    QueuedThreadPool threads = new QueuedThreadPool();
    threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    this.server = new Server(threads);
    server.setStopTimeout(STOP_MILLIS);
    server.setErrorHandler(LocalServer::sendError);
    server.setHandler(new GracefulHandler(new Calls()));
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setUriCompliance(UriCompliance.UNSAFE); // "//rerank" is for the function to judge
    this.connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    server.addConnector(connector);
    start();
  }

  private void start() throws IOException {
    try {
      server.start();
    } catch (Exception e) {
      close();
      switch (e) {
        case IOException io when io.getCause() instanceof BindException inUse -> throw inUse;
        case IOException io -> throw io;
        default -> throw new IllegalStateException("the server does not start", e);
      }
    }
  }

  int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    stopping = true;
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server does not stop", e);
    }
  }

  /** Takes every request. */
  private final class Calls extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      response.getHeaders().put("x-content-type-options", "nosniff");
      CallerCheck.Refusal refusal = callerCheck.refusal(request);
      if (refusal != null) {
        send(response, refusal.status(), message(refusal.message()), callback);
      } else if (Playground.wants(request)) {
        send(response, 200, Playground.read(request, response.getHeaders()), callback);
      } else {
        call(request, response, callback);
      }
      return true;
    }
  }

  private void call(Request request, Response response, Callback callback) throws IOException {
    byte[] body;
    try (InputStream in = Content.Source.asInputStream(request)) {
      body = in.readNBytes(MAX_BYTES + 1);
      in.transferTo(OutputStream.nullOutputStream()); // else the client may not read the reply
    }
    if (body.length > MAX_BYTES) {
      // API Gateway refuses it before Lambda sees it, in these words.
      send(response, 413, message("Request Too Long"), callback);
      return;
    }
    JsonNode reply;
    try {
      reply = MAPPER.readTree(function.apply(event(request, body)));
    } catch (OutOfMemoryError | StackOverflowError e) { // API Gateway's words, too
      send(response, 503, message("Service Unavailable"), callback);
      return;
    }
    for (Map.Entry<String, JsonNode> header : reply.path("headers").properties()) {
      response.getHeaders().put(header.getKey(), header.getValue().asText());
    }
    send(
        response,
        reply.path("statusCode").asInt(),
        reply.path("body").asText().getBytes(StandardCharsets.UTF_8),
        callback);
  }

  private void send(Response response, int status, byte[] body, Callback callback) {
    if (stopping) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    response.setStatus(status);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  /** What the server itself refuses or fails at: a request line that is none, a lost connection. */
  private static boolean sendError(Request request, Response response, Callback callback) {
    String words = response.getStatus() < 500 ? "Bad Request" : "Internal Server Error";
    response.getHeaders().put("x-content-type-options", "nosniff");
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.write(true, ByteBuffer.wrap(message(words)), callback);
    return true;
  }

  private static byte[] message(String text) {
    try {
      return MAPPER.writeValueAsBytes(Map.of("message", text));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
  }

  private static byte[] event(Request request, byte[] body) {
    Map<String, String> headers = new TreeMap<>();
    for (HttpField header : request.getHeaders()) {
      headers.merge(
          header.getName().toLowerCase(Locale.ROOT),
          Objects.requireNonNullElse(header.getValue(), ""),
          (first, second) -> first + "," + second);
    }
    boolean text = isText(headers.getOrDefault("content-type", "")) && isUtf8(body);
    HttpRequest posted =
        new HttpRequest(
            request.getMethod(),
            Objects.requireNonNullElse(request.getHttpURI().getDecodedPath(), "/"),
            headers,
            text
                ? new String(body, StandardCharsets.UTF_8)
                : Base64.getEncoder().encodeToString(body),
            !text);
    return Payload2.event(
            posted,
            Objects.requireNonNullElse(request.getHttpURI().getQuery(), ""),
            Request.getRemoteAddr(request))
        .getBytes(StandardCharsets.UTF_8);
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
