package dev.snapranker.dev.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One page in a headless Chromium, driven over its own DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String LISTENING = "DevTools listening on ";

  private static final Map<String, Integer> KEY_CODES =
      Map.of(
          "Tab",
          9,
          "Enter",
          13,
          "Escape",
          27,
          "End",
          35,
          "Home",
          36,
          "ArrowLeft",
          37,
          "ArrowUp",
          38,
          "ArrowRight",
          39,
          "ArrowDown",
          40);

  private final Process process;
  private final WebSocket socket;
  private final String session;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();

  /** Every address that the page asked for, in order. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** What went wrong in the page: exceptions, and errors on its console. */
  final List<String> faults = new CopyOnWriteArrayList<>();

  private Chromium(Path profile, String program) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                program,
                "--headless=new",
                "--no-sandbox", // the tests may run as root; the page is our own
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--force-device-scale-factor=1",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true);
    builder.environment().put("TMPDIR", profile.toString());
    process = builder.start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address(process)), new Messages())
            .get(20, TimeUnit.SECONDS);
    String target =
        send("Target.createTarget", Map.of("url", "about:blank"), null).path("targetId").asText();
    session =
        send("Target.attachToTarget", Map.of("targetId", target, "flatten", true), null)
            .path("sessionId")
            .asText();
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      send(domain + ".enable", Map.of());
    }
    send("Emulation.setFocusEmulationEnabled", Map.of("enabled", true));
    send(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")),
        null);
  }

  /** Where Chromium is installed, if it is. */
  static Optional<String> installed() {
    return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
        .flatMap(name ->
            Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  static Chromium start(Path profile) {
    try {
      return new Chromium(profile, installed().orElseThrow());
    } catch (Exception e) {
      throw new IllegalStateException("Chromium does not start", e);
    }
  }

  private static String address(Process process) throws IOException {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    List<String> said = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(LISTENING)) {
        Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {})); // keep its pipe empty
        return line.substring(LISTENING.length());
      }
      said.add(line);
    }
    throw new IOException("Chromium ended: " + said);
  }

  void resize(int width, int height) {
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
  }

  void open(String url) {
    send("Page.navigate", Map.of("url", url));
  }

  /** The value of a JavaScript expression, awaited. */
  JsonNode evaluate(String expression) {
    JsonNode reply =
        send(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (reply.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + reply.path("exceptionDetails"));
    }
    return reply.path("result").path("value");
  }

  /** Waits until the expression holds. */
  void until(String expression) {
    evaluate(
        """
        new Promise((resolve, reject) => {
          const deadline = Date.now() + 20000;
          (function look() {
            if (%1$s) resolve(true);
            else if (Date.now() > deadline) reject(new Error(%2$s));
            else setTimeout(look, 20);
          })();
        })
        """
            .formatted(expression, MAPPER.valueToTree("never true: " + expression)));
  }

  /** Presses a key as a person does. */
  void press(String key, int modifiers) {
    int code = Objects.requireNonNull(KEY_CODES.get(key), key);
    for (String type : List.of("keyDown", "keyUp")) {
      send(
          "Input.dispatchKeyEvent",
          Map.of(
              "type",
              type,
              "key",
              key,
              "code",
              key,
              "modifiers",
              modifiers,
              "windowsVirtualKeyCode",
              code,
              "text",
              key.equals("Enter") && type.equals("keyDown") ? "\r" : ""));
    }
  }

  /** Pastes a text from the clipboard into the element with the focus. */
  void paste(String text) {
    evaluate("navigator.clipboard.writeText(%s)".formatted(MAPPER.valueToTree(text)));
    for (String type : List.of("keyDown", "keyUp")) {
      ObjectNode event = MAPPER.createObjectNode().put("type", type).put("key", "v");
      event.put("modifiers", 2).put("windowsVirtualKeyCode", 86);
      send("Input.dispatchKeyEvent", event.set("commands", MAPPER.valueToTree(List.of("paste"))));
    }
  }

  /** Makes the page see the reader's preference: {@code light} or {@code dark}. */
  void prefer(String colorScheme) {
    Map<String, String> preference = Map.of("name", "prefers-color-scheme", "value", colorScheme);
    send("Emulation.setEmulatedMedia", Map.of("features", List.of(preference)));
  }

  void type(String text) {
    send("Input.insertText", Map.of("text", text));
  }

  byte[] screenshot() {
    String data = send("Page.captureScreenshot", Map.of("format", "png")).path("data").asText();
    return Base64.getDecoder().decode(data);
  }

  private JsonNode send(String method, Object parameters) {
    return send(method, parameters, session);
  }

  private JsonNode send(String method, Object parameters, @Nullable String to) {
    int id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> reply = new CompletableFuture<>();
    replies.put(id, reply);
    ObjectNode message = MAPPER.createObjectNode().put("id", id).put("method", method);
    message.set("params", MAPPER.valueToTree(parameters));
    if (to != null) {
      message.put("sessionId", to);
    }
    socket.sendText(message.toString(), true).join();
    try {
      return reply.get(2, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new IllegalStateException(method, e);
    }
  }

  /** Ends the browser and its helper processes, which write to the profile until they are gone. */
  @Override
  public void close() {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    process.destroy();
    for (ProcessHandle each : all) {
      try {
        each.onExit().get(10, TimeUnit.SECONDS);
      } catch (Exception e) {
        each.destroyForcibly();
        each.onExit().join();
      }
    }
  }

  private void received(JsonNode message) {
    CompletableFuture<JsonNode> reply = replies.remove(message.path("id").asInt());
    if (reply != null) {
      if (message.has("error")) {
        reply.completeExceptionally(new IllegalStateException(message.path("error").toString()));
      } else {
        reply.complete(message.path("result"));
      }
      return;
    }
    JsonNode parameters = message.path("params");
    switch (message.path("method").asText()) {
      case "Network.requestWillBeSent" ->
          requests.add(parameters.path("request").path("url").asText());
      case "Runtime.exceptionThrown" -> faults.add(parameters.toString());
      case "Log.entryAdded" -> {
        if (parameters.path("entry").path("level").asText().equals("error")) {
          faults.add(parameters.path("entry").toString());
        }
      }
      default -> {}
    }
  }

  /** Puts a message's parts together. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder parts = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        try {
          received(MAPPER.readTree(parts.toString()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        parts.setLength(0);
      }
      from.request(1);
      return null;
    }
  }
}
