package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.model.Manifest;
import dev.snapranker.observe.CallRecord;
import dev.snapranker.observe.JobWork;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
import dev.snapranker.rehearse.Rehearsal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.crac.Resource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PrimingTest {
  /** CRaC passes a context, which the hooks do not ask anything. */
  private static final org.crac.@Nullable Context<Resource> NONE = null;

  private static final Wiring WIRING = Wiring.of(oneThreadAndACache(), new Startup());
  private static final Manifest MANIFEST = WIRING.manifest();
  private static final Limits LIMITS = DefaultBundle.settings().limits();

  /** No character that the model knows. */
  private static final String UNREADABLE = "\u00a0";

  private final List<Set<String>> started = new ArrayList<>();
  private final AtomicInteger played = new AtomicInteger();
  private final AtomicInteger restored = new AtomicInteger();

  private static Settings oneThreadAndACache() {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("SCORING_THREADS", "1");
    environment.put("SCORE_CACHE_MB", "1");
    return Settings.from(environment);
  }

  @AfterAll
  static void close() {
    WIRING.close();
  }

  @Test
  void itRehearsesInRoundsAndRecordsTheTime() {
    Priming priming = priming(Duration.ofSeconds(20), _ -> played.incrementAndGet());
    before(priming);
    int round = new Rehearsal(MANIFEST, List.of(), LIMITS, _ -> {}).allEvents().size();
    // // There is nothing to compile, but three idle rounds are needed to see it.
    assertThat(played.get()).isGreaterThanOrEqualTo(3 * round);
    assertThat(played.get() % round).isZero();
    assertThat(started).containsExactly(Set.of("priming"));
    assertThat(restored).hasValue(0);
  }

  @Test
  void itStopsWhenItsTimeIsOver() {
    Duration limit = Duration.ofMillis(200);
    Priming priming =
        priming(
            limit,
            _ -> {
              if (played.getAndIncrement() == 0) {
                sleep(limit); // the limit is time of the real clock, and this event takes all of it
              }
            });
    before(priming);
    assertThat(played.get())
        .as("one round")
        .isEqualTo(new Rehearsal(MANIFEST, List.of(), LIMITS, _ -> {}).allEvents().size());
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

  /** By a known pace all documents are read before one is scored; by an unknown one, in turn. */
  @Test
  void aRestoredCopyDoesNotKnowHowFastItIs() {
    assertThat(cached(rank("a text"))).isZero();
    assertThat(isScoredBeforeTheNextIsRead("one more text")).isFalse();
    after(priming(Duration.ZERO, _ -> rank("a rehearsed text")));
    assertThat(isScoredBeforeTheNextIsRead("another text")).isTrue();
    assertThat(isScoredBeforeTheNextIsRead("and the pace is known again")).isFalse();
  }

  /** Whether its score is known after a request that fails at the document after it. */
  private static boolean isScoredBeforeTheNextIsRead(String text) {
    assertThatThrownBy(() -> rank(text, UNREADABLE)).isInstanceOf(RerankException.class);
    return cached(rank(text)) == 1;
  }

  private static Ranking rank(String... texts) {
    List<Candidate> candidates =
        IntStream.range(0, texts.length)
            .mapToObj(i -> new Candidate(Integer.toString(i), texts[i], null))
            .toList();
    RerankRequest request = new RerankRequest("q", candidates, Options.DEFAULT);
    return WIRING.reranker().rank(request, Deadline.inMillis(60_000));
  }

  private static int cached(Ranking ranking) {
    return ranking.usage().stages().getFirst().cached();
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

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
          public void served(CallRecord call) {}
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
