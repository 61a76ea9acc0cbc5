package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.wire.Dialects;
import dev.snapranker.wire.ErrorJson;
import dev.snapranker.wire.Event;
import dev.snapranker.wire.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The Lambda entry point: API Gateway (payload 2.0 and 1.0), Function URL and direct invoke. The
 * model is loaded, verified and warmed in the constructor, which Lambda runs in init; no state of a
 * request is kept in fields.
 */
public final class RerankHandler implements RequestStreamHandler, AutoCloseable {
  /** Lambda's least time for init with SnapStart is 130 s. */
  private static final int WARMUP_MILLIS = 60_000;

  private final Settings settings;
  private final Wiring wiring;
  private final StrictJson strictJson;
  private final Dialects dialects;
  private final RerankCall rerank;
  private final HttpRoutes routes;

  /** For Lambda. */
  public RerankHandler() {
    this(Settings.fromEnvironment());
  }

  public RerankHandler(Settings settings) {
    this.settings = settings;
    this.wiring = Wiring.of(settings);
    settings.modelAliases().requireLoaded(wiring.manifest().id());
    this.strictJson = new StrictJson(settings.limits());
    this.dialects = new Dialects(strictJson, settings.limits(), settings.modelAliases());
    this.rerank = new RerankCall(wiring.reranker(), settings);
    AboutRoutes about = new AboutRoutes(wiring.manifest(), settings);
    this.routes = new HttpRoutes(rerank, dialects, about, settings);
    Warmup.run(wiring.manifest(), this::warm);
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    byte[] event = input.readAllBytes();
    int millis = context.getRemainingTimeInMillis() - settings.deadlineMarginMillis();
    Arrival arrival = new Arrival(System.nanoTime(), Deadline.inMillis(millis));
    output.write(reply(event, arrival, Defects.logged(context)).getBytes(StandardCharsets.UTF_8));
  }

  private void warm(String event) {
    Arrival unhurried = new Arrival(System.nanoTime(), Deadline.inMillis(WARMUP_MILLIS));
    reply(event.getBytes(StandardCharsets.UTF_8), unhurried, Defects.thrown());
  }

  private String reply(byte[] event, Arrival arrival, Defects defects) {
    try {
      return switch (Event.read(event, strictJson)) {
        case Event.Http http -> routes.reply(http.request(), arrival, defects);
        case Event.Direct direct ->
            settings.limits().checkReply(rerank.reply(dialects.exchange(direct), arrival).body());
      };
    } catch (RerankException e) {
      return ErrorJson.direct(e);
    } catch (RuntimeException e) {
      return ErrorJson.direct(defects.report(e));
    }
  }

  @Override
  public void close() {
    wiring.close();
  }
}
