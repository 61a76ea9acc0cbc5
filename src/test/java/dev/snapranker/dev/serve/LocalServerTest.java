package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import dev.snapranker.dev.cli.Invoker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LocalServerTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static LocalServer server;

  @BeforeAll
  static void start() throws IOException {
    server = newServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aPostedRequestIsRanked() throws Exception {
    HttpResponse<String> reply =
        post(server, Files.readString(Path.of("events", "direct.json")), "application/json");
    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.headers().firstValue("content-type")).contains("application/json");
    assertThat(reply.body()).startsWith("{\"model\":").contains("\"rank\":3");
  }

  @Test
  void aBaseUrlMayEndInASlash() throws Exception {
    HttpRequest doubled =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "//v2/rerank"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    assertThat(CLIENT.send(doubled, HttpResponse.BodyHandlers.ofString()).body())
        .contains("a model parameter is required for this endpoint.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/rerank", "//rerank", "///rerank/", "/rerank?a=b|c", "//rerank//?x"})
  void aPathIsReadAsLambdaReadsIt(String target) throws Exception {
    assertThat(raw("POST " + target + " HTTP/1.1", "Content-Type: application/json", "{}"))
        .startsWith("HTTP/1.1 400 ")
        .contains("missing_field");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example:127.0.0.1",
        "192.168.0.10:8080",
        "127.0.0.2",
        ""
      })
  void anotherMachinesNameIsRefused(String host) throws Exception {
    for (String line : List.of("GET / HTTP/1.1", "GET /health HTTP/1.1", "POST /rerank HTTP/1.1")) {
      assertThat(rawTo(host, line, "Accept: text/html", ""))
          .matches("(?s)HTTP/1.1 (421|400) .*")
          .contains("x-content-type-options: nosniff")
          .contains("{\"message\":")
          .doesNotContain("doctype")
          .doesNotContain("ready");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]:9"})
  void thisMachinesNamesAreAccepted(String host) throws Exception {
    assertThat(rawTo(host, "GET /health HTTP/1.1", "Accept: */*", ""))
        .startsWith("HTTP/1.1 200 ")
        .contains("x-content-type-options: nosniff");
  }

  @Test
  void aTargetWithAHostOfItsOwnIsJudgedByIt() throws Exception {
    assertThat(raw("GET http://evil.example/health HTTP/1.1", "Accept: */*", ""))
        .matches("(?s)HTTP/1.1 (421|400) .*");
  }

  /** A browser posts these without asking first: a form, a text, a blob without a type. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: https://evil.example\r\nContent-Type: text/plain",
        "Origin: https://evil.example\r\nContent-Type: application/json",
        "Origin: http://localhost:3000",
        "Origin: https://localhost",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site"
      })
  void anotherOriginsPostIsRefused(String header) throws Exception {
    assertThat(raw("POST /rerank HTTP/1.1", header, "{}"))
        .startsWith("HTTP/1.1 403 ")
        .contains("set CORS_ALLOW_ORIGIN to allow it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Origin: http://localhost", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none"})
  void thePagesOwnPostIsAccepted(String header) throws Exception {
    assertThat(raw("POST /rerank HTTP/1.1", header, "{}")).contains("missing_field");
  }

  @Test
  void anAllowedOriginsPostIsAccepted() throws Exception {
    UnaryOperator<byte[]> function = _ -> "{\"statusCode\": 200}".getBytes(StandardCharsets.UTF_8);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    String line = "POST /rerank HTTP/1.1";
    String allowed = "Origin: https://app.example";
    String other = "Origin: https://other.example";
    try (LocalServer one = new LocalServer(function, "https://app.example", address);
        LocalServer any = new LocalServer(function, "*", address)) {
      assertThat(rawTo(one, "localhost", line, allowed, "{}")).startsWith("HTTP/1.1 200 ");
      assertThat(rawTo(one, "localhost", line, other, "{}")).startsWith("HTTP/1.1 403 ");
      assertThat(rawTo(any, "localhost", line, other, "{}")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void headIsAnsweredAsGetWithoutTheBody() throws Exception {
    String get = raw("GET /health HTTP/1.1", "Accept: */*", "").toLowerCase(Locale.ROOT);
    String head = raw("HEAD /health HTTP/1.1", "Accept: */*", "").toLowerCase(Locale.ROOT);
    assertThat(head).endsWith("\r\n\r\n");
    assertThat(fields(head)).isEqualTo(fields(get)).contains("content-type: application/json");
    String page = raw("HEAD / HTTP/1.1", "Accept: text/html", "").toLowerCase(Locale.ROOT);
    assertThat(page).endsWith("\r\n\r\n").contains("content-type: text/html");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /rerank%zz HTTP/1.1",
        "POST /%00 HTTP/1.1",
        "POST /..%2f..;x=y/rerank HTTP/1.1",
        "POST rerank HTTP/1.1",
        "POST HTTP/1.1",
        "BREW /rerank HTTP/1.1",
        "POST /rerank HTTP/9.9",
        "\u0000\u0001"
      })
  void aMalformedRequestGetsNoStackTrace(String line) throws Exception {
    assertThat(raw(line, "Content-Type: application/json", "{}"))
        .matches("(?s)HTTP/1.1 (4\\d\\d|505) .*")
        .doesNotContain("Exception")
        .doesNotContain("\tat ");
  }

  @Test
  void clientsGetTheIndexWhereBrowsersGetThePage() throws Exception {
    HttpRequest.Builder root =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"));
    assertThat(CLIENT.send(root.build(), HttpResponse.BodyHandlers.ofString()).body())
        .startsWith("{\"name\":\"snapranker\"");
    assertThat(
            CLIENT
                .send(
                    root.header("accept", "text/html,*/*;q=0.8").build(),
                    HttpResponse.BodyHandlers.ofString())
                .body())
        .startsWith("<!doctype html>");
  }

  @Test
  void bodiesOfOtherTypesTravelAsBase64AndAreRefusedByName() throws Exception {
    assertThat(post(server, "query=q", "application/x-www-form-urlencoded").statusCode())
        .isEqualTo(415);
    HttpRequest latin1 =
        request(server)
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    "{\"query\": \"café\"}".getBytes(StandardCharsets.ISO_8859_1)))
            .build();
    HttpResponse<String> reply = CLIENT.send(latin1, HttpResponse.BodyHandlers.ofString());
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("invalid_encoding").contains("invalid UTF-8 at byte 14");
  }

  @Test
  void aBodyOverLambdasLimitIs413() throws Exception {
    HttpResponse<String> reply = post(server, " ".repeat(6 * 1024 * 1024 + 1), "application/json");
    assertThat(reply.statusCode()).isEqualTo(413);
  }

  @Test
  void aConnectionIsKeptAlive() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      OutputStream out = socket.getOutputStream();
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (int i = 0; i < 3; i++) {
        out.write(
            "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
        int length = 0;
        String header = in.readLine();
        while (!header.isEmpty()) {
          if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
            length = Integer.parseInt(header.substring(15).strip());
          }
          header = in.readLine();
        }
        assertThat(in.skip(length)).isEqualTo(length);
      }
    }
  }

  @Test
  void stoppingLetsTheRequestInWorkFinish() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    LocalServer stopping =
        newServer(event -> {
          started.countDown();
          await(release);
          return new Invoker(DefaultBundle.handler(), Invoker.TIME_LIMIT).invoke(event);
        });
    String body = Files.readString(Path.of("events", "direct.json"));
    HttpRequest request =
        request(stopping)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    CompletableFuture<HttpResponse<String>> inWork =
        CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    await(started);
    int port = stopping.port();
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::close);
    connectUntilRefused(port); // the stop has begun
    assertThat(stopped).isNotDone();
    release.countDown();
    HttpResponse<String> last = inWork.get(20, TimeUnit.SECONDS);
    assertThat(last.statusCode()).isEqualTo(200);
    assertThat(last.headers().firstValue("connection")).contains("close");
    stopped.get(20, TimeUnit.SECONDS);
    assertThatThrownBy(() -> CLIENT.send(request, HttpResponse.BodyHandlers.ofString()))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\nZ\r\n"})
  void aRequestThatBrokeOffDoesNotDelayTheStop(String broken) throws Exception {
    LocalServer stopping = newServer();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stopping.port())) {
      String request = "POST /rerank HTTP/1.1\r\nHost: localhost\r\n" + broken;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      String reply =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8); // and its end
      assertThat(reply).matches("(?s)|HTTP/1.1 (400|500) .*");
    }
    CompletableFuture.runAsync(stopping::close).get(10, TimeUnit.SECONDS);
  }

  private static List<String> fields(String reply) {
    return reply
        .substring(0, reply.indexOf("\r\n\r\n"))
        .lines()
        .filter(line -> !line.startsWith("date:"))
        .sorted()
        .toList();
  }

  private static String raw(String line, String header, String body) throws IOException {
    return rawTo("localhost", line, header, body);
  }

  private static String rawTo(String host, String line, String header, String body)
      throws IOException {
    return rawTo(server, host, line, header, body);
  }

  /** The whole reply to a request that clients cannot be made to send. */
  private static String rawTo(LocalServer to, String host, String line, String header, String body)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port())) {
      String request =
          "%s\r\nHost: %s\r\n%s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(line, host, header, body.length(), body);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void connectUntilRefused(int port) throws IOException {
    try {
      while (true) {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
      }
    } catch (ConnectException e) {
      assertThat(e).hasMessageContaining("refused");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static LocalServer newServer() throws IOException {
    return newServer(new Invoker(DefaultBundle.handler(), Invoker.TIME_LIMIT)::invoke);
  }

  private static LocalServer newServer(UnaryOperator<byte[]> function) throws IOException {
    return new LocalServer(
        function, null, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static HttpRequest.Builder request(LocalServer server) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/rerank"));
  }

  private static HttpResponse<String> post(LocalServer server, String body, String type)
      throws IOException, InterruptedException {
    return CLIENT.send(
        request(server)
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
