package dev.snapranker.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.ExplainUsage;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageChoice;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.QueryScorer;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a request opens its query at a model that keeps something for it, and when it closes it. */
class OpenQueriesTest {
  private static final int SHARED_TOKENS = 10;
  private static final int DOCUMENT_TOKENS = 3;

  private final ScoringPool pool = new ScoringPool(2);
  private final FakeClock clock = new FakeClock();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger prepared = new AtomicInteger();
  private Runnable whileOpening = () -> {};
  private Runnable whileScoring = () -> clock.passMillis(DOCUMENT_TOKENS);

  @AfterEach
  void nothingIsLeftOpen() {
    pool.close();
    assertThat(open).hasValue(0);
  }

  /** A token takes a millisecond, also those that are read once for a query. */
  private final Scorer sharing =
      new Scorer() {
        private final Scorer digit = Fakes.digitAt(0);

        @Override
        public float logit(EncodedPair pair) {
          return digit.logit(pair);
        }

        @Override
        public QueryScorer open(EncodedQuery query, Deadline deadline) {
          whileOpening.run();
          opened.incrementAndGet();
          open.incrementAndGet();
          return new Open();
        }
      };

  private final class Open implements QueryScorer {
    private boolean ready;
    private boolean closed;

    @Override
    public synchronized int tokensToPrepare() {
      return ready ? 0 : SHARED_TOKENS;
    }

    @Override
    public synchronized int prepare() {
      int tokens = tokensToPrepare();
      if (!ready) {
        clock.passMillis(SHARED_TOKENS);
        prepared.incrementAndGet();
      }
      ready = true;
      return tokens;
    }

    @Override
    public int tokens(EncodedPair pair) {
      return DOCUMENT_TOKENS;
    }

    @Override
    public float logit(EncodedPair pair) {
      assertThat(closed).isFalse();
      whileScoring.run();
      return sharing.logit(pair);
    }

    @Override
    public synchronized void close() {
      assertThat(closed).isFalse();
      closed = true;
      open.decrementAndGet();
    }
  }

  @Test
  void aQueryIsReadOnceForAllCandidatesAndClosed() {
    Ranking ranking = rank(ScoreCache.OFF, Options.DEFAULT, 1_000, "3", "9", "5", "9");
    assertThat(ranking.usage().tokens()).isEqualTo(SHARED_TOKENS + 3 * DOCUMENT_TOKENS);
    assertThat(prepared).hasValue(1);
    assertThat(opened).hasValue(1);
  }

  @Test
  void nothingIsReadIfTheCacheKnowsAllPairs() {
    ScoreCache cache = new ScoreCache(1 << 20);
    rank(cache, Options.DEFAULT, 1_000, "3", "9");
    Ranking again = rank(cache, Options.DEFAULT, 1_000, "9", "3");
    assertThat(again.usage().cached()).isEqualTo(2);
    assertThat(again.usage().tokens()).isZero();
    assertThat(prepared).hasValue(1);
  }

  @Test
  void aFailureClosesTheQuery() {
    whileScoring =
        () -> {
          throw new IllegalStateException("pretended");
        };
    assertThatThrownBy(() -> rank(ScoreCache.OFF, Options.DEFAULT, 1_000, "3", "9"))
        .hasMessage("pretended");
    whileScoring =
        () -> {
          throw new OutOfMemoryError("pretended");
        };
    assertThatThrownBy(() -> rank(ScoreCache.OFF, Options.DEFAULT, 1_000, "3", "9"))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(opened).hasValue(2);
  }

  /** With one thread: two would spend each other's time in any order, also the first one's. */
  @Test
  void theEndOfTimeClosesTheQuery() {
    whileScoring = () -> clock.passMillis(100);
    try (ScoringPool oneThread = new ScoringPool(1)) {
      Ranking ranking =
          reranker(model(ScoreCache.OFF), oneThread)
              .rank(request(partial(Options.DEFAULT), digits(40)), clock.inMillis(350));
      assertThat(ranking.usage().scored()).isEqualTo(4);
    }
    assertThat(opened).hasValue(1);
  }

  @Test
  void timeThatIsSpentWaitingForRoomLeavesCandidatesUnscored() {
    whileOpening = () -> clock.passMillis(60);
    Ranking ranking = rank(ScoreCache.OFF, partial(Options.DEFAULT), 50, "3", "9");
    assertThat(ranking.usage().scored()).isZero();
    assertThat(prepared).hasValue(0);
  }

  @Test
  void theTokensBeforeTheFirstPairCountInTheEstimate() {
    Model model = model(ScoreCache.OFF);
    rank(model, Options.DEFAULT, 1_000, "3"); // a millisecond for each token
    assertThat(rank(model, partial(Options.DEFAULT), 12, "3").usage().scored()).isZero();
    assertThat(prepared).hasValue(1);
    assertThat(rank(model, partial(Options.DEFAULT), 14, "3").usage().scored()).isEqualTo(1);
  }

  @Test
  void anInterruptClosesTheQuery() throws Exception {
    CountDownLatch scoring = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    whileScoring =
        () -> {
          scoring.countDown();
          try {
            assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread request =
        new Thread(() -> {
          try {
            rank(ScoreCache.OFF, Options.DEFAULT, 1_000, digits(9));
          } catch (RuntimeException e) {
            thrown.complete(e);
          }
        });
    request.start();
    assertThat(scoring.await(20, TimeUnit.SECONDS)).isTrue();
    request.interrupt();
    assertThat(thrown.get(20, TimeUnit.SECONDS)).hasMessage("scoring was interrupted");
    assertThat(open).hasValue(0);
    release.countDown();
    request.join();
  }

  @Test
  void explanationsOpenTheQueryAgain() {
    Options explain = Options.DEFAULT.withExplain(true);
    Ranking ranking = rank(ScoreCache.OFF, explain, 10_000, "9 is. Two are.", "3 is. Two are.");
    assertThat(opened).hasValue(2);
    ExplainUsage usage = Objects.requireNonNull(ranking.usage().explain());
    assertThat(usage.tokens()).isEqualTo(SHARED_TOKENS + 4 * DOCUMENT_TOKENS);
  }

  @Test
  void aCascadeHoldsOneQueryAtATime() {
    whileOpening = () -> assertThat(open).hasValue(0);
    Models models =
        new Models(
            List.of(
                new Fakes(clock).model("a", sharing, ScoreCache.OFF),
                new Fakes(clock).model("b", sharing, ScoreCache.OFF)),
            StageChoice.parse("a:2,b"),
            Fusion.NONE);
    Ranking ranking =
        new Reranker(models, pool, Fakes.TEXTS)
            .rank(request(Options.DEFAULT, "3", "9", "5"), clock.inMillis(1_000));
    assertThat(ranking.usage().tokens()).isEqualTo(2 * SHARED_TOKENS + 5 * DOCUMENT_TOKENS);
    assertThat(opened).hasValue(2);
  }

  private Ranking rank(ScoreCache cache, Options options, int millis, String... documents) {
    return rank(model(cache), options, millis, documents);
  }

  private Ranking rank(Model model, Options options, int millis, String... documents) {
    return reranker(model, pool).rank(request(options, documents), clock.inMillis(millis));
  }

  private static Reranker reranker(Model model, ScoringPool pool) {
    return new Reranker(new Models(List.of(model), List.of(), Fusion.NONE), pool, Fakes.TEXTS);
  }

  private Model model(ScoreCache cache) {
    return new Fakes(clock).model("m", sharing, cache);
  }

  private static RerankRequest request(Options options, String... documents) {
    List<Candidate> candidates = new ArrayList<>();
    for (String document : documents) {
      candidates.add(new Candidate("c" + candidates.size(), document, null));
    }
    return new RerankRequest("q", candidates, options);
  }

  private static Options partial(Options options) {
    return options.withPlan(options.plan().withPartial(true));
  }

  private static String[] digits(int n) {
    String[] digits = new String[n];
    for (int i = 0; i < n; i++) {
      digits[i] = i % 10 + " " + i;
    }
    return digits;
  }
}
