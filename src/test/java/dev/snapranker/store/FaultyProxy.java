package dev.snapranker.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A proxy between a client and an S3 server, which passes requests on and damages some replies. */
public final class FaultyProxy implements AutoCloseable {
  private static final List<String> HOP_BY_HOP =
      List.of("host", "connection", "content-length", "expect", "transfer-encoding", "upgrade");

  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI target;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Fault fault = Fault.NONE;
  private volatile String spoiltKeyPart = "";
  private volatile String spoiltMethod = "";
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger left = new AtomicInteger();
  private volatile Interruption interruption = Interruption.NONE;

  /** What happens to a reply. */
  public enum Fault {
    NONE,
    /** The connection closes after half of the body. */
    DROP,
    /** The connection closes before the first byte of the body. */
    DROP_AT_ONCE,
    /** Half of the body, then silence for as long as this proxy is there. */
    STALL,
    /** A byte now and then: the time itself is the fault. */
    SLOW_LORIS,
    /** One byte is another. */
    WRONG_BYTE,
    /** One byte of the request is another. */
    WRONG_BYTE_SENT,
    /** Half of the body, sent as if it were complete. */
    TRUNCATE,
    /** All of it, late. */
    DELAY,
    INTERNAL_ERROR,
    SLOW_DOWN,
    ACCESS_DENIED
  }

  /** A moment of a request. */
  public enum Moment {
    /** S3 never gets it. */
    BEFORE,
    /** S3 has done it, and the client does not know. */
    AFTER
  }

  private record Interruption(
      Moment moment, String method, String part, AtomicInteger requestsLeft, Runnable work) {
    static final Interruption NONE =
        new Interruption(Moment.AFTER, "", "", new AtomicInteger(), () -> {});

    boolean isAt(HttpExchange exchange) {
      return (method.isEmpty() || method.equals(exchange.getRequestMethod()))
          && exchange.getRequestURI().toString().contains(part)
          && requestsLeft.decrementAndGet() == 0;
    }
  }

  public FaultyProxy(URI target) throws IOException {
    this.target = target;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.createContext("/", this::serve);
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Damages the next {@code times} replies for keys that contain {@code keyPart}. */
  public void spoil(Fault with, String keyPart, int times) {
    spoil(with, "", keyPart, times);
  }

  /** Only of requests with this method. */
  public void spoil(Fault with, String method, String keyPart, int times) {
    left.set(0);
    fault = with;
    spoiltMethod = method;
    spoiltKeyPart = keyPart;
    left.set(times);
  }

  /** Faults of {@link #spoil} that did not happen yet. */
  public int left() {
    return left.get();
  }

  /** Does {@code work} at the {@code nth} request from now on. */
  public void interrupt(Moment moment, int nth, Runnable work) {
    interrupt(moment, "", "", nth, work);
  }

  /** Only of requests with this method, and with an address that contains {@code part}. */
  public void interrupt(Moment moment, String method, String part, int nth, Runnable work) {
    interruption = new Interruption(moment, method, part, new AtomicInteger(nth), work);
  }

  public int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    workers.shutdownNow();
    client.close();
  }

  private void serve(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      boolean spoilt =
          exchange.getRequestURI().getPath().contains(spoiltKeyPart)
              && (spoiltMethod.isEmpty() || spoiltMethod.equals(exchange.getRequestMethod()))
              && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
      Fault now = spoilt ? fault : Fault.NONE;
      Interruption one = interruption;
      boolean interrupted = one.isAt(exchange);
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (interrupted && one.moment == Moment.BEFORE) {
        one.work.run();
        return;
      }
      if (now == Fault.WRONG_BYTE_SENT) {
        body[body.length / 2] ^= 1;
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(target.resolve(exchange.getRequestURI().toString()))
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
      for (Map.Entry<String, List<String>> header : exchange.getRequestHeaders().entrySet()) {
        if (isPassedOn(header.getKey())) {
          header.getValue().forEach(value -> request.header(header.getKey(), value));
        }
      }
      HttpResponse<byte[]> reply =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (interrupted) {
        one.work.run();
      }
      send(exchange, reply, now == Fault.WRONG_BYTE_SENT ? Fault.NONE : now);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closing
    }
  }

  private static boolean isPassedOn(String header) {
    return !HOP_BY_HOP.contains(header.toLowerCase(Locale.ROOT));
  }

  private void send(HttpExchange exchange, HttpResponse<byte[]> reply, Fault fault)
      throws IOException, InterruptedException {
    switch (fault) {
      case INTERNAL_ERROR -> refuse(exchange, 500, "InternalError");
      case SLOW_DOWN -> refuse(exchange, 503, "SlowDown");
      case ACCESS_DENIED -> refuse(exchange, 403, "AccessDenied");
      case NONE,
          DROP,
          DROP_AT_ONCE,
          STALL,
          SLOW_LORIS,
          WRONG_BYTE,
          WRONG_BYTE_SENT,
          TRUNCATE,
          DELAY -> {
        if (fault == Fault.DELAY) {
          var _ = closing.await(1, TimeUnit.SECONDS); // the time itself is the fault
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        for (Map.Entry<String, List<String>> header : reply.headers().map().entrySet()) {
          if (isPassedOn(header.getKey()) || (head && header.getKey().equals("content-length"))) {
            exchange.getResponseHeaders().put(header.getKey(), header.getValue());
          }
        }
        byte[] whole = reply.body();
        byte[] body = fault == Fault.TRUNCATE ? Arrays.copyOf(whole, whole.length / 2) : whole;
        exchange.sendResponseHeaders(
            reply.statusCode(),
            head || (body.length == 0 && fault == Fault.NONE) ? -1 : body.length);
        if (!head) {
          write(exchange, body, fault);
        }
      }
    }
  }

  private void write(HttpExchange exchange, byte[] body, Fault fault)
      throws IOException, InterruptedException {
    var out = exchange.getResponseBody();
    switch (fault) {
      case DROP -> out.write(body, 0, body.length / 2);
      case DROP_AT_ONCE -> out.flush();
      case STALL -> {
        out.write(body, 0, body.length / 2);
        out.flush();
        closing.await();
      }
      case SLOW_LORIS -> {
        for (byte each : body) {
          out.write(each);
          out.flush();
          if (closing.await(50, TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      }
      case WRONG_BYTE -> {
        body[body.length / 2] ^= 1;
        out.write(body);
      }
      case NONE, INTERNAL_ERROR, SLOW_DOWN, ACCESS_DENIED, WRONG_BYTE_SENT, TRUNCATE, DELAY ->
          out.write(body);
    }
  }

  private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
    byte[] body =
        "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, code)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/xml");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
