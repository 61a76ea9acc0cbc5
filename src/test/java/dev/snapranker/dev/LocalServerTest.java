package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
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
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
        out.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
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
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::close);
    assertThatThrownBy(() -> stopped.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
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
  void aRequestThatBrokeOffDoesNotHoldUpTheStop(String broken) throws Exception {
    LocalServer stopping = newServer();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stopping.port())) {
      String request = "POST /rerank HTTP/1.1\r\nHost: x\r\n" + broken;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1); // the server has given it up
    }
    CompletableFuture.runAsync(stopping::close).get(10, TimeUnit.SECONDS);
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
    return new LocalServer(function, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
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
