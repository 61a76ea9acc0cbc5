package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.boot.Wiring;
import dev.snapranker.model.Manifest;
import dev.snapranker.observe.Call;
import dev.snapranker.observe.JobWork;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
import dev.snapranker.rehearse.Rehearsal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.crac.Resource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PrimingTest {
  /** CRaC passes a context, which the hooks do not ask anything. */
  private static final org.crac.@Nullable Context<Resource> NONE = null;

  private static final Wiring WIRING = Wiring.of(DefaultBundle.settings(), new Startup());
  private static final Manifest MANIFEST = WIRING.manifest();
  private static final Limits LIMITS = DefaultBundle.settings().limits();

  private final List<Set<String>> started = new ArrayList<>();
  private final AtomicInteger played = new AtomicInteger();
  private final AtomicInteger restored = new AtomicInteger();

  @AfterAll
  static void close() {
    WIRING.close();
  }

  @Test
  void itRehearsesRoundAfterRoundAndTellsWhatItTook() {
    Priming priming = priming(Duration.ofSeconds(20), _ -> played.incrementAndGet());
    before(priming);
    int round = new Rehearsal(MANIFEST, List.of(), LIMITS, _ -> {}).all().size();
    // Nothing is left to compile at once, which must be seen three times.
    assertThat(played.get()).isGreaterThanOrEqualTo(3 * round);
    assertThat(played.get() % round).isZero();
    assertThat(started).containsExactly(Set.of("priming"));
    assertThat(restored).hasValue(0);
  }

  @Test
  void itEndsWhenItsTimeIsOver() {
    Duration limit = Duration.ofMillis(200);
    AtomicLong firstNanos = new AtomicLong();
    Priming priming =
        priming(
            limit,
            _ -> {
              if (played.getAndIncrement() == 0) {
                firstNanos.set(System.nanoTime());
              }
              while (System.nanoTime() - firstNanos.get() < limit.toNanos()) {
                Thread.onSpinWait(); // the first event takes all of the time
              }
            });
    before(priming);
    assertThat(played.get())
        .as("one round")
        .isEqualTo(new Rehearsal(MANIFEST, List.of(), LIMITS, _ -> {}).all().size());
  }

  @Test
  void noTimeIsNoRehearsal() {
    before(priming(Duration.ZERO, _ -> played.incrementAndGet()));
    assertThat(played).hasValue(0);
    assertThat(started).containsExactly(Set.of());
  }

  @Test
  void aRestoredCopyRehearsesOnceAndThenServes() {
    Priming priming =
        priming(
            Duration.ZERO,
            _ -> {
              assertThat(restored).hasValue(0);
              played.incrementAndGet();
            });
    after(priming);
    assertThat(played.get()).isPositive();
    assertThat(restored).hasValue(1);
  }

  /** What does not fit the time by the pace that is known is not begun; by an unknown one it is. */
  @Test
  void aRestoredCopyDoesNotKnowHowFastItIs() {
    long nanos = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      long started = System.nanoTime();
      assertThat(scored(Deadline.inMillis(60_000))).isEqualTo(1);
      nanos = Math.min(nanos, System.nanoTime() - started);
    }
    long half = nanos / 2;
    assertThat(scored(in(half))).isZero();
    Priming priming = priming(Duration.ZERO, _ -> {});
    int begun = 0;
    for (int i = 0; i < 3 && begun == 0; i++) { // reading the text may take half of the time, too
      assertThat(scored(Deadline.inMillis(60_000))).isEqualTo(1);
      after(priming);
      begun = scored(in(half));
    }
    assertThat(begun).isEqualTo(1);
  }

  private static Deadline in(long nanos) {
    return Deadline.inNanos(nanos, System::nanoTime);
  }

  /** How many of one long document are. */
  private static int scored(Deadline deadline) {
    Candidate candidate = new Candidate("c", "a long document ".repeat(MANIFEST.maxTokens()), null);
    Options options = Options.DEFAULT.withPlan(Plan.COMPLETE.withPartial(true));
    RerankRequest request = new RerankRequest("q", List.of(candidate), options);
    return WIRING.reranker().rank(request, deadline).usage().scored();
  }

  @Test
  void aCopyThatCannotScoreIsNotServed() {
    Priming priming =
        priming(
            Duration.ofSeconds(1),
            _ -> {
              throw new IllegalStateException("defect");
            });
    assertThatThrownBy(() -> before(priming)).hasMessage("defect");
    assertThatThrownBy(() -> after(priming)).hasMessage("defect");
    assertThat(restored).hasValue(0);
    assertThat(started).isEmpty();
  }

  @SuppressWarnings("NullAway") // the context
  private static void before(Priming priming) {
    priming.beforeCheckpoint(NONE);
  }

  @SuppressWarnings("NullAway") // the context
  private static void after(Priming priming) {
    priming.afterRestore(NONE);
  }

  private Priming priming(Duration limit, Consumer<byte[]> handler) {
    Telemetry telemetry =
        new Telemetry() {
          @Override
          public Telemetry rehearsal() {
            return this;
          }

          @Override
          public void started(Startup startup) {
            started.add(startup.millisByPart().keySet());
          }

          @Override
          public void worked(JobWork work) {}

          @Override
          public void served(Call call) {}
        };
    return new Priming(
        new Rehearsal(MANIFEST, List.of(), LIMITS, handler),
        WIRING,
        limit,
        new Startup(),
        telemetry,
        restored::incrementAndGet);
  }
}
