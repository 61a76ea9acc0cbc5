package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.model.Opened;
import dev.snapranker.observe.CallRecord;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
import dev.snapranker.rehearse.Rehearsal;
import dev.snapranker.wire.dialect.Dialects;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The Lambda entry point for ranking requests, as direct invokes or HTTP requests in any envelope.
 * Another service's event fails the invocation. The constructor, which Lambda runs in init, loads,
 * checks and warms the model. The fields keep nothing of a request.
 */
public final class RerankHandler implements RequestStreamHandler, AutoCloseable {
  /** For rehearsals, which throw their defect instead of logging it. */
  private static final LambdaLogger NO_LOG =
      new LambdaLogger() {
        @Override
        public void log(String message) {}

        @Override
        public void log(byte[] message) {}
      };

  private final Settings settings;
  private final Wiring wiring;
  private final RerankCall call;

  /** Not static, so that a class that does not load fails in the constructor, that is, in init. */
  private final MemoryGuard memory;

  private final Telemetry telemetry;
  private final Telemetry rehearsed;
  private final Rehearsal rehearsal;
  private final AtomicReference<CallRecord.Environment> environment =
      new AtomicReference<>(CallRecord.Environment.COLD);

  /** A strong reference, because the CRaC context holds its resources weakly. */
  private final Priming priming;

  /** Called by Lambda. */
  public RerankHandler() {
    this(Settings.fromEnvironment());
  }

  public RerankHandler(Settings settings) {
    this(
        settings,
        model ->
            Telemetry.of(
                settings.metricsNamespace(),
                settings.platform().functionName(),
                model,
                settings.metrics()));
  }

  /**
   * @param telemetryOf makes the telemetry for a model's id
   */
  RerankHandler(Settings settings, Function<String, Telemetry> telemetryOf) {
    Startup startup = new Startup();
    this.settings = settings;
    this.wiring = Wiring.withFanOut(settings, startup);
    try {
      settings.modelAliases().requireLoaded(wiring.modelIds());
      this.call =
          new RerankCall(
              new Dialects(
                  settings.limits(),
                  settings.modelAliases(),
                  settings.platform().memoryMegabytes()),
              new About(wiring.manifest(), wiring.modelIds(), wiring.defaultStages(), settings),
              new RequestRanker(wiring.reranker(), settings),
              wiring.sliceHandler(),
              settings);
      this.telemetry = telemetryOf.apply(wiring.manifest().id());
      this.rehearsed = telemetry.rehearsal();
      this.rehearsal =
          new Rehearsal(
              wiring.manifest(), wiring.otherModelIds(), settings.limits(), this::rehearse);
      this.memory = new MemoryGuard(rehearsal::playShort);
      startup.time("first requests", rehearsal::playShort);
      if (wiring.sliceHandler() != null) {
        startup.time("fan-out", () -> wiring.rehearseFanOut().forEach(this::rehearse));
      }
      this.priming =
          new Priming(
              rehearsal,
              wiring,
              Duration.ofSeconds(settings.primingSeconds()),
              startup,
              telemetry,
              () -> environment.set(CallRecord.Environment.RESTORED));
      priming.register();
      if (!settings.platform().snapStart()) {
        wiring.openFanOut();
        telemetry.started(startup);
      }
    } catch (Throwable e) {
      Opened.of(List.of(wiring)).closeAfter(e);
      throw e;
    }
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Invocation invocation =
        new Invocation(
            context.getAwsRequestId(),
            context.getRemainingTimeInMillis() - settings.deadlineMarginMillis(),
            context.getLogger());
    memory.answer(
        input,
        output,
        invocation,
        event -> call.reply(event, invocation),
        () -> record(invocation));
  }

  private void record(Invocation invocation) {
    try {
      telemetry.served(invocation.record(environment.getAndSet(CallRecord.Environment.WARM)));
    } catch (RuntimeException e) { // must not prevent the reply
      invocation.log(e);
    }
  }

  private void rehearse(byte[] event) {
    Invocation invocation = new Invocation("rehearsal", Rehearsal.CALL_MILLIS, NO_LOG);
    call.reply(event, invocation);
    wiring.forgetScores(); // the next round must score again, and no caller must get these logits
    if (invocation.defect() != null) {
      throw invocation.defect();
    }
    if (invocation.exhaustion() != null) {
      throw invocation.exhaustion();
    }
    rehearsed.served(invocation.record(CallRecord.Environment.WARM));
  }

  @Override
  public void close() {
    wiring.close();
  }
}
