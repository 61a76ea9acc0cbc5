package dev.snapranker.dev.runtime;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server of Lambda's Runtime API for one environment on this machine ("Using the Lambda runtime
 * API for custom runtimes", and the restore calls of the runtime interface client).
 */
final class RuntimeApi implements AutoCloseable {
  private static final String PREFIX = "/2018-06-01/runtime";
  private static final String INVOCATION = PREFIX + "/invocation/";
  private static final String ARN = "arn:aws:lambda:local:000000000000:function:snapranker:live";

  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final Duration timeLimit;
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Map<String, Pending> running = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> initialised = new CompletableFuture<>();
  private final CompletableFuture<Void> restore = new CompletableFuture<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<LambdaFailure> gone = new CompletableFuture<>();

  /**
   * @param timeLimit the function's time limit
   */
  RuntimeApi(Duration timeLimit) throws IOException {
    // Without it, the JDK's server delays small replies on kept-alive connections by 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.timeLimit = timeLimit;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.createContext("/", this::serve);
    server.start();
  }

  /** The value for {@code AWS_LAMBDA_RUNTIME_API}. */
  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Completes at the end of init, where Lambda would take the snapshot. */
  CompletableFuture<Void> initialised() {
    return initialised;
  }

  /** Lets the environment continue like a restored copy. */
  void restore() {
    restore.complete(null);
  }

  /** Completes when the environment requests its first event. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Sends an event; returns the reply, or fails with a {@link LambdaFailure}. */
  CompletableFuture<LambdaReply> invoke(byte[] event) {
    Pending pending = new Pending(UUID.randomUUID().toString(), event);
    queue.add(pending);
    var _ = gone.thenAccept(pending.reply::completeExceptionally);
    return pending.reply;
  }

  /** Fails all waiting calls, because the environment's process has exited. */
  void abandon(LambdaFailure failure) {
    initialised.completeExceptionally(failure);
    ready.completeExceptionally(failure);
    gone.complete(failure);
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow(); // a poll for the next event may be waiting
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    try (exchange) {
      switch (path) {
        case PREFIX + "/restore/next" -> {
          initialised.complete(null);
          restore.join();
          exchange.sendResponseHeaders(200, -1);
        }
        case PREFIX + "/init/error" -> failed(exchange, "init", body);
        case PREFIX + "/restore/error" -> failed(exchange, "restore", body);
        case INVOCATION + "next" -> {
          initialised.complete(null);
          ready.complete(null);
          next(exchange);
        }
        default -> answered(exchange, path, body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closing
    }
  }

  private void failed(HttpExchange exchange, String phase, byte[] body) throws IOException {
    abandon(new LambdaFailure(phase, new String(body, StandardCharsets.UTF_8)));
    exchange.sendResponseHeaders(202, -1);
  }

  private void next(HttpExchange exchange) throws IOException, InterruptedException {
    Pending pending = queue.take();
    running.put(pending.id, pending);
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", "application/json"); // the client crashes without one
    headers.set("Lambda-Runtime-Aws-Request-Id", pending.id);
    headers.set(
        "Lambda-Runtime-Deadline-Ms",
        Long.toString(System.currentTimeMillis() + timeLimit.toMillis()));
    headers.set("Lambda-Runtime-Invoked-Function-Arn", ARN);
    headers.set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0");
    pending.handedOverNanos = System.nanoTime();
    exchange.sendResponseHeaders(200, pending.event.length);
    exchange.getResponseBody().write(pending.event);
  }

  /** {@code POST /invocation/ID/response} or {@code /error}. */
  private void answered(HttpExchange exchange, String path, byte[] body) throws IOException {
    long nanos = System.nanoTime();
    String[] parts =
        path.substring(path.startsWith(INVOCATION) ? INVOCATION.length() : 0).split("/", -1);
    Pending pending = running.remove(parts[0]);
    if (pending == null) {
      exchange.sendResponseHeaders(404, -1);
    } else if (parts[1].equals("response")) {
      exchange.sendResponseHeaders(202, -1);
      pending.reply.complete(
          new LambdaReply(
              new String(body, StandardCharsets.UTF_8), nanos - pending.handedOverNanos));
    } else {
      exchange.sendResponseHeaders(202, -1);
      pending.reply.completeExceptionally(
          new LambdaFailure("invoke", new String(body, StandardCharsets.UTF_8)));
    }
  }

  /** An event without a reply yet. */
  private static final class Pending {
    private final String id;
    private final byte[] event;
    private final CompletableFuture<LambdaReply> reply = new CompletableFuture<>();
    private volatile long handedOverNanos;

    Pending(String id, byte[] event) {
      this.id = id;
      this.event = event;
    }
  }
}
