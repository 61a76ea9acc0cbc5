package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.model.Opened;
import dev.snapranker.observe.Call;
import dev.snapranker.observe.DefectLog;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
import dev.snapranker.rehearse.Rehearsal;
import dev.snapranker.wire.dialect.Dialects;
import dev.snapranker.wire.dialect.ErrorJson;
import dev.snapranker.wire.dialect.ServiceJson;
import dev.snapranker.wire.event.Event;
import dev.snapranker.wire.json.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The Lambda entry point: direct invokes, and HTTP requests in whichever envelope. Another
 * service's event fails the invocation. The model is loaded, verified and warmed in the
 * constructor, which Lambda runs in init; no state of a request is kept in fields.
 */
public final class RerankHandler implements RequestStreamHandler, AutoCloseable {
  /** Lambda's least time for init with SnapStart is 130 s. */
  private static final int REHEARSAL_MILLIS = 60_000;

  /** A defect in a rehearsal is thrown instead. */
  private static final LambdaLogger NO_LOG =
      new LambdaLogger() {
        @Override
        public void log(String message) {}

        @Override
        public void log(byte[] message) {}
      };

  private final Settings settings;
  private final Wiring wiring;
  private final StrictJson strictJson;
  private final Dialects dialects;
  private final RerankCall rerank;
  private final HttpRoutes routes;
  private final Telemetry telemetry;
  private final Telemetry rehearsed;
  private final Rehearsal rehearsal;
  private final AtomicReference<Call.Environment> environment =
      new AtomicReference<>(Call.Environment.COLD);

  /**
   * Made before there is no memory to make it. Not static: what does not load must fail in the
   * constructor, which is init, and not with the class, which is the first event.
   */
  private final byte[] outOfMemory =
      ErrorJson.direct(Invocation.outOfMemory()).getBytes(StandardCharsets.UTF_8);

  private final HeapGate heapGate = new HeapGate(Runtime.getRuntime().maxMemory());

  /** Calls that have come and not gone. */
  private final AtomicInteger inWork = new AtomicInteger();

  /** Held here because the CRaC context holds its resources weakly. */
  private final Priming priming;

  /** For Lambda. */
  public RerankHandler() {
    this(Settings.fromEnvironment());
  }

  public RerankHandler(Settings settings) {
    this(
        settings,
        model ->
            Telemetry.of(settings.metricsNamespace(), settings.platform().functionName(), model));
  }

  /**
   * @param telemetryOf where records go, by the model's id
   */
  RerankHandler(Settings settings, Function<String, Telemetry> telemetryOf) {
    Startup startup = new Startup();
    this.settings = settings;
    this.wiring = Wiring.of(settings, startup);
    try {
      settings.modelAliases().requireLoaded(wiring.modelIds());
      this.strictJson = new StrictJson(settings.limits());
      this.dialects =
          new Dialects(
              strictJson,
              settings.limits(),
              settings.modelAliases(),
              settings.platform().memoryMegabytes());
      this.rerank = new RerankCall(wiring.reranker(), settings);
      AboutRoutes about = new AboutRoutes(wiring.manifest(), settings);
      this.routes = new HttpRoutes(rerank, dialects, about, settings);
      this.telemetry = telemetryOf.apply(wiring.manifest().id());
      this.rehearsed = telemetry.rehearsal();
      this.rehearsal =
          new Rehearsal(
              wiring.manifest(), wiring.otherModelIds(), settings.limits(), this::rehearse);
      startup.time("first requests", rehearsal::once);
      this.priming =
          new Priming(
              rehearsal,
              wiring,
              Duration.ofSeconds(settings.primingSeconds()),
              startup,
              telemetry,
              () -> environment.set(Call.Environment.RESTORED));
      priming.register();
      if (!settings.platform().snapStart()) {
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
    inWork.incrementAndGet();
    try {
      answer(input, output, invocation);
      conclude(invocation, context);
    } finally {
      inWork.decrementAndGet();
    }
  }

  /** What is left to do once there is a reply. */
  private void conclude(Invocation invocation, Context context) {
    try {
      record(invocation, context);
      if (invocation.exhaustion() != null) {
        requireSound(invocation.exhaustion(), context);
      }
    } catch (OutOfMemoryError | StackOverflowError e) {
      if (inWork.get() == 1) {
        throw e;
      }
      // Another call holds the memory. This one has its reply.
    }
  }

  private void record(Invocation invocation, Context context) {
    try {
      telemetry.served(invocation.record(environment.getAndSet(Call.Environment.WARM)));
    } catch (RuntimeException e) { // the caller has a reply, and gets it
      context.getLogger().log(DefectLog.of("request " + context.getAwsRequestId(), e));
    }
  }

  /** Nothing of the event or the reply is held when this returns or is out of memory. */
  private void answer(InputStream input, OutputStream output, Invocation invocation)
      throws IOException {
    try {
      byte[] event = input.readAllBytes();
      String reply =
          heapGate.within(event.length, invocation.deadline(0), () -> reply(event, invocation));
      output.write(reply.getBytes(StandardCharsets.UTF_8));
    } catch (RerankException e) {
      output.write(ErrorJson.direct(invocation.failed(e)).getBytes(StandardCharsets.UTF_8));
    } catch (OutOfMemoryError | StackOverflowError e) {
      var _ = invocation.failed(e);
      output.write(outOfMemory);
    }
  }

  /**
   * Goes on after memory ran out, if a rehearsed request can be ranked. If not, something broke for
   * good: the error is thrown, by which the runtime client ends the environment.
   */
  private void requireSound(VirtualMachineError exhaustion, Context context) {
    context.getLogger().log(DefectLog.of("request " + context.getAwsRequestId(), exhaustion));
    try {
      rehearsal.once();
    } catch (RuntimeException | LinkageError e) {
      context.getLogger().log(DefectLog.of("the request after it", e));
      throw exhaustion;
    }
  }

  private void rehearse(byte[] event) {
    Invocation invocation = new Invocation("rehearsal", REHEARSAL_MILLIS, NO_LOG);
    reply(event, invocation);
    wiring.forgetScores(); // what is rehearsed again must be scored again, and no caller hit by it
    if (invocation.defect() != null) {
      throw invocation.defect();
    }
    if (invocation.exhaustion() != null) {
      throw invocation.exhaustion();
    }
    rehearsed.served(invocation.record(Call.Environment.WARM));
  }

  private String reply(byte[] event, Invocation invocation) {
    try {
      return switch (Event.read(event, strictJson)) {
        case Event.Http http -> routes.reply(http, invocation);
        case Event.WarmUp _ -> {
          invocation.routed("warm-up");
          yield ServiceJson.WARM;
        }
        case Event.Foreign foreign -> throw new WrongEventException(foreign);
        case Event.Direct direct -> rerank.reply(dialects.exchange(direct), invocation).body();
      };
    } catch (WrongEventException e) {
      throw e; // the invocation fails
    } catch (RuntimeException e) {
      return ErrorJson.direct(invocation.failed(e));
    }
  }

  @Override
  public void close() {
    wiring.close();
  }
}
