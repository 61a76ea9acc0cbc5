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
 * An HTTP server on this machine that calls the handler. It turns each request into an API Gateway
 * event of payload format 2.0, and unpacks each reply like API Gateway. Connections are kept alive,
 * and {@link #close} waits until running requests finish. Browsers get the playground page.
 */
final class LocalServer implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** Lambda's limit on an event, and so on the body in it. */
  private static final int MAX_BYTES = 6 * 1024 * 1024;

  private static final int STOP_MILLIS = 30_000;

  private final Server server;
  private final ServerConnector connector;
  private final UnaryOperator<byte[]> function;
  private final CallerCheck callerCheck;
  private volatile boolean stopping;

  /**
   * @param function turns an event's bytes into its reply's bytes
   * @param allowedOrigin the origin whose pages may post, in addition to the server's own; {@code
   *     *} for all, null for none
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
    http.setUriCompliance(UriCompliance.UNSAFE); // the function handles "//rerank"
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

  /** Handles all requests. */
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
      in.transferTo(
          OutputStream.nullOutputStream()); // otherwise some clients do not read the reply
    }
    if (body.length > MAX_BYTES) {
      // API Gateway refuses it with this message, before it calls Lambda.
      send(response, 413, message("Request Too Long"), callback);
      return;
    }
    JsonNode reply;
    try {
      reply = MAPPER.readTree(function.apply(event(request, body)));
    } catch (OutOfMemoryError | StackOverflowError e) { // API Gateway's message
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

  /** Replies to errors in the server itself, for example an invalid request line. */
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
      throw new UncheckedIOException(e); // memory does not fail
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

  /** Whether API Gateway passes a body of this type as text. It passes all others as Base64. */
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
