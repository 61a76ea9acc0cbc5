package dev.snapranker.lambda;

import dev.snapranker.boot.Wiring;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
import dev.snapranker.rehearse.Rehearsal;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;
import org.jspecify.annotations.Nullable;

/**
 * Prepares for SnapStart's snapshot, and for each restore. Before the snapshot, requests are
 * rehearsed until the compiler has nothing left to do, so that the snapshot holds hot code. After a
 * restore, everything is made anew that all copies of the snapshot would share.
 */
final class Priming implements Resource {
  /** The compiler is idle when it takes less than this share of each of several rounds. */
  private static final double IDLE_SHARE = 0.01;

  private static final int IDLE_ROUNDS = 3;
  private static final int SEED_BYTES = 32;

  private final Rehearsal rehearsal;
  private final Wiring wiring;
  private final Duration limit;
  private final Startup startup;
  private final Telemetry telemetry;
  private final Runnable restored;

  /**
   * @param limit how long rehearsing may take; zero for none
   * @param startup what the start took so far
   * @param restored runs when a copy of the snapshot begins to serve
   */
  Priming(
      Rehearsal rehearsal,
      Wiring wiring,
      Duration limit,
      Startup startup,
      Telemetry telemetry,
      Runnable restored) {
    this.rehearsal = rehearsal;
    this.wiring = wiring;
    this.limit = limit;
    this.startup = startup;
    this.telemetry = telemetry;
    this.restored = restored;
  }

  /**
   * Registers the hooks. The handler must not do it, because it would need CRaC's types to be
   * linked: a handler that does not link fails on the first event instead of in init.
   */
  void register() {
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    if (limit.isPositive()) {
      startup.time("priming", this::rehearse);
    }
    reseed(); // its classes belong in the snapshot
    telemetry.started(startup); // this warms its code, too
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    reseed();
    // Reads the model's memory back, page by page, before the first caller would; and a copy that
    // cannot score fails here.
    rehearsal.playShort();
    wiring.forgetPace(); // it was another machine's, and the rehearsal's own is that of cold pages
    restored.run();
  }

  /** All copies hold the same random state. New entropy from the system makes their ids differ. */
  private static void reseed() {
    SecureRandom random = new SecureRandom();
    random.setSeed(random.generateSeed(SEED_BYTES));
  }

  private void rehearse() {
    List<String> events = rehearsal.allEvents();
    long endNanos = System.nanoTime() + limit.toNanos();
    int idleRounds = 0;
    while (idleRounds < IDLE_ROUNDS && System.nanoTime() - endNanos < 0) {
      long startedNanos = System.nanoTime();
      long compiledMillis = compilationMillis();
      rehearsal.play(events);
      double roundMillis = (System.nanoTime() - startedNanos) / 1e6;
      boolean idle = compilationMillis() - compiledMillis < IDLE_SHARE * roundMillis;
      idleRounds = idle ? idleRounds + 1 : 0;
    }
  }

  /** Time that the JVM's compilers have taken so far. */
  private static long compilationMillis() {
    @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler == null ? 0 : compiler.getTotalCompilationTime(); // null: interpreted only
  }
}
