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
 * Runs before SnapStart's snapshot and after each restore. Before the snapshot, it rehearses
 * requests until the compiler has nothing left to do, so that the snapshot contains compiled code.
 * After a restore, it renews everything that must differ between copies of the snapshot.
 */
final class Priming implements Resource {
  /** The compiler is idle if it takes less than this share of the time in several rounds. */
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
   * @param limit the time limit for the rehearsal; zero for no rehearsal
   * @param startup the times of the start so far
   * @param restored runs after a restore
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
   * Registers the hooks. If the handler did this, linking it would need CRaC's types, and a handler
   * that does not link fails on the first event instead of in init.
   */
  void register() {
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    if (limit.isPositive()) {
      startup.time("priming", this::rehearse);
    }
    reseed(); // loads its classes before the snapshot
    telemetry.started(startup); // also warms the telemetry's code
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    reseed();
    // Loads the model's memory, page by page, so that the first caller need not wait for it. A copy
    // that cannot score fails here.
    rehearsal.playShort();
    wiring.forgetPace(); // measured on another machine, or with cold memory pages
    wiring.openFanOut();
    restored.run();
  }

  /** Adds new entropy, because all copies have the same random state and would make equal ids. */
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

  /** The total time of the JVM's compilers so far. */
  private static long compilationMillis() {
    @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler == null ? 0 : compiler.getTotalCompilationTime(); // null: interpreted only
  }
}
