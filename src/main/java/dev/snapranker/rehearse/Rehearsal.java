package dev.snapranker.rehearse;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Limits;
import dev.snapranker.api.ModelChoice;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.boot.PackageFile;
import dev.snapranker.model.Manifest;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload1;
import dev.snapranker.wire.event.Payload2;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Plays events before the first caller's event, so that no caller waits for a class to load or a
 * method to compile. The events come from the bundle's golden pairs, from the examples in
 * openapi.json, and from the files in events/.
 */
public final class Rehearsal {
  /**
   * The time limit of a rehearsed call. Lambda allows at least 130 s for an init with SnapStart.
   */
  public static final int CALL_MILLIS = 60_000;

  /**
   * The time limit of {@link #playShort} beside one pair for each model. Lambda allows 10 s for
   * loading a snapshot and for what runs after it, which a large model on a slow processor would
   * exceed.
   */
  static final int SHORT_MILLIS = 4_000;

  private static final Map<String, String> JSON = Map.of("content-type", "application/json");
  private static final String ADDRESS = "127.0.0.1";

  /** Files in events/: real events with all fields that the services add. */
  private static final List<String> REAL_EVENTS =
      List.of(
          "direct",
          "http-api",
          "function-url",
          "rest-api",
          "rest-api-custom-domain",
          "alb",
          "lattice-1",
          "lattice-2",
          "base64",
          "health",
          "index",
          "warm-up-schedule");

  private static final int[] CANDIDATES = {1, 2, 3, 5, 8, 13, 21, 34, 55, 100};

  private final Manifest manifest;
  private final List<String> models;
  private final Limits limits;
  private final Consumer<byte[]> handler;

  /**
   * A rehearsal for one function.
   *
   * @param manifest the manifest of the model whose golden pairs are played
   * @param models the ids of the models that rank only if a request names them
   * @param limits the limits for generated requests; examples and files may exceed them and then be
   *     refused
   * @param handler handles an event, and throws if the function fails; a refusal is not a failure
   */
  public Rehearsal(
      Manifest manifest, List<String> models, Limits limits, Consumer<byte[]> handler) {
    this.manifest = manifest;
    this.models = List.copyOf(models);
    this.limits = limits;
    this.handler = handler;
  }

  /**
   * Plays one event for each kind of entry point, and two for each model: one pair, whatever time
   * it takes, and as many golden pairs as fit into the model's share of the time.
   */
  public void playShort() {
    Plan plan = Plan.COMPLETE.withBudgetMillis(SHORT_MILLIS / (1 + models.size()));
    play(List.of(request(shortest(), Options.DEFAULT)));
    play(List.of(payload2(request(golden(), Options.DEFAULT.withPlan(plan)))));
    for (String model : models) {
      Options options = Options.DEFAULT.withModel(ModelChoice.of(model));
      play(List.of(request(shortest(), options), request(golden(), options.withPlan(plan))));
    }
  }

  private Stream<String> shortest() {
    return golden().min(Comparator.comparingInt(String::length)).stream();
  }

  private Stream<String> golden() {
    return manifest.golden().stream().map(Manifest.GoldenPair::document);
  }

  /**
   * All events: every route and dialect, every kind of event, and documents from one word up to the
   * whole window.
   */
  public List<String> allEvents() {
    List<String> events = new ArrayList<>();
    for (HttpRequest example :
        ExampleRequests.of(PackageFile.read("/openapi.json"), manifest.id())) {
      events.add(Payload2.event(example, "", ADDRESS));
      events.add(Payload1.event(example));
    }
    String lengths = request(documents(lengths()));
    events.add(lengths);
    events.add(Payload2.event(base64(lengths), "", ADDRESS));
    for (int candidates : CANDIDATES) {
      events.add(request(documents(IntStream.range(0, candidates).map(i -> 1 + i % 16))));
    }
    REAL_EVENTS.forEach(name -> events.add(PackageFile.read("/events/" + name + ".json")));
    return events;
  }

  public void play(List<String> events) {
    for (String event : events) {
      handler.accept(event.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** 1, 2, 4, … words. */
  private IntStream lengths() {
    return IntStream.iterate(1, words -> words <= manifest.maxTokens(), words -> words * 2);
  }

  private Stream<String> documents(IntStream lengths) {
    List<String> words =
        manifest.golden().stream()
            .flatMap(pair -> Arrays.stream(pair.document().strip().split("\\s+", -1)))
            .toList();
    return lengths.mapToObj(length ->
        String.join(
            " ", IntStream.range(0, length).mapToObj(i -> words.get(i % words.size())).toList()));
  }

  private String request(Stream<String> documents) {
    return request(documents, Options.DEFAULT);
  }

  private String request(Stream<String> documents, Options options) {
    List<String> texts =
        documents
            .limit(limits.maxCandidates())
            .map(text -> first(text, limits.maxCandidateChars()))
            .toList();
    String query = first(manifest.golden().getFirst().query(), limits.maxQueryChars());
    String json = json(query, texts, options);
    while (texts.size() > 1
        && json.getBytes(StandardCharsets.UTF_8).length > limits.maxPayloadBytes()) {
      texts = texts.subList(0, texts.size() / 2);
      json = json(query, texts, options);
    }
    return json;
  }

  /** The first characters of a text. A surrogate pair is not split. */
  private static String first(String text, int chars) {
    String stripped = text.strip();
    int end = Math.min(stripped.length(), chars);
    boolean splits = end < stripped.length() && Character.isLowSurrogate(stripped.charAt(end));
    return stripped.substring(0, splits ? end - 1 : end);
  }

  private static String json(String query, List<String> texts, Options options) {
    List<Candidate> candidates =
        IntStream.range(0, texts.size())
            .mapToObj(i -> new Candidate(Integer.toString(i), texts.get(i), null))
            .toList();
    return RequestJson.write(new RerankRequest(query, candidates, options));
  }

  private static String payload2(String request) {
    return Payload2.event(new HttpRequest("POST", "/rerank", JSON, request, false), "", ADDRESS);
  }

  private static HttpRequest base64(String request) {
    String body = Base64.getEncoder().encodeToString(request.getBytes(StandardCharsets.UTF_8));
    return new HttpRequest("POST", "/rerank", JSON, body, true);
  }
}
