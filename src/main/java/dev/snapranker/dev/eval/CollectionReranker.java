package dev.snapranker.dev.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.dev.cli.Invoker;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.collection.Hit;
import dev.snapranker.dev.collection.RunTexts;
import dev.snapranker.lambda.RerankHandler;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Posts a first stage's hits to the handler, as a request's candidates. */
public final class CollectionReranker implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final RunTexts texts;
  private final RerankHandler handler;
  private final Invoker invoker;

  /**
   * @param environment of the handler; lacks nothing that {@link #environment} has
   * @param most candidates of a request
   */
  CollectionReranker(RunTexts texts, Map<String, String> environment, int most) {
    Map<String, String> large = new HashMap<>(environment);
    large.put("MAX_CANDIDATES", Integer.toString(Math.max(most, 1000)));
    large.put("MAX_CANDIDATE_CHARS", Integer.toString(6 << 20));
    this.texts = texts;
    this.handler = new RerankHandler(LocalEnvironment.settings(LocalEnvironment.home(), large));
    this.invoker = new Invoker(handler, Duration.ofMinutes(15)); // Lambda's most
  }

  /**
   * This process's environment, with a bundle of {@code model-layer/models} for its model.
   *
   * @param model null for that of local runs
   */
  static Map<String, String> environment(@Nullable String model) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    if (model != null) {
      Path bundle = models().resolve(model);
      if (!Files.isRegularFile(bundle.resolve(Manifest.FILE))) {
        throw new UsageException(
            "--model is '%s'; expected a bundle in %s%s, or a bundle's folder"
                .formatted(model, models(), ModelLoader.namesIn(models())));
      }
      environment.put("MODEL_DIR", bundle.toString());
    }
    return environment;
  }

  /** The folder of the bundles. */
  static Path models() {
    return LocalEnvironment.home().resolve("model-layer").resolve("models");
  }

  /**
   * The reply to one query with some of its hits.
   *
   * @param hits each has a text, and so has the query
   */
  public Reply rerank(String query, List<Hit> hits) throws IOException {
    ObjectNode request = MAPPER.createObjectNode().put("query", texts.query(query));
    ArrayNode candidates = request.putArray("candidates");
    for (Hit hit : hits) {
      candidates
          .addObject()
          .put("id", hit.document())
          .put("text", text(hit))
          .put("score", hit.score());
    }
    byte[] event = MAPPER.writeValueAsBytes(request);
    long started = System.nanoTime();
    byte[] bytes = invoker.invoke(event);
    long nanos = System.nanoTime() - started;
    JsonNode reply = MAPPER.readTree(bytes);
    if (reply.has("error")) {
      throw new UsageException(
          "query %s is refused: %s".formatted(query, reply.at("/error/message").asText()));
    }
    return new Reply(reply, nanos);
  }

  /** The loaded model's revision, from {@code GET /health}. */
  public String revision() throws IOException {
    String event =
        Payload2.event(new HttpRequest("GET", "/health", Map.of(), "", false), "", "127.0.0.1");
    JsonNode reply = MAPPER.readTree(invoker.invoke(event.getBytes(StandardCharsets.UTF_8)));
    return MAPPER.readTree(reply.path("body").asText()).path("revision").asText();
  }

  /** The text of a hit's document. */
  public String text(Hit hit) {
    return Objects.requireNonNull(texts.document(hit.document()), hit::document);
  }

  @Override
  public void close() {
    handler.close();
  }

  /**
   * A reply of the handler.
   *
   * @param nanos from the event's bytes to the reply's
   */
  public record Reply(JsonNode json, long nanos) {}
}
