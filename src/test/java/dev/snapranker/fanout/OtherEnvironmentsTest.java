package dev.snapranker.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.FanOutUsage;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.RerankException;
import dev.snapranker.dev.runtime.InvokeApi;
import dev.snapranker.dev.runtime.InvokeApi.FunctionError;
import dev.snapranker.dev.runtime.InvokeApi.Outcome;
import dev.snapranker.dev.runtime.InvokeApi.Refused;
import dev.snapranker.dev.runtime.InvokeApi.Replied;
import dev.snapranker.rank.Fakes;
import dev.snapranker.rank.Models;
import dev.snapranker.rank.scoring.FanOutTallies;
import dev.snapranker.rank.scoring.FanOutTally;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.Slice;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.wire.dialect.ErrorJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A slice through the AWS SDK, over HTTP, and every way in which that fails. */
@Timeout(60)
class OtherEnvironmentsTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final ScoringPool pool = new ScoringPool(2);
  private final Model model = new Fakes().model("m", 0);
  private final Queue<InvokeApi.Function> script = new ArrayDeque<>();
  private final Queue<String> qualifiers = new ConcurrentLinkedQueue<>();
  private final Queue<RuntimeException> log = new ConcurrentLinkedQueue<>();
  private final FanOutTally tally = new FanOutTally();
  private InvokeApi api;
  private OtherEnvironments environments;

  @BeforeEach
  void open() throws IOException {
    api =
        new InvokeApi((qualifier, event) -> {
          qualifiers.add(qualifier);
          InvokeApi.Function next = script.poll();
          return (next == null ? scoredBy(model) : next).invoke(qualifier, event);
        });
    environments = new OtherEnvironments(new Target("snapranker", "live", api.endpoint()));
    environments.open();
  }

  @AfterEach
  void close() {
    environments.close();
    api.close();
    pool.close();
  }

  @Test
  void theLogitsComeBackFromTheAlias() {
    assertThat(score()).isEqualTo(LOGITS);
    assertThat(qualifiers).containsExactly("live");
    assertThat(failures()).isEqualTo("0 throttled, 0 failed []");
  }

  @Test
  void aThrottledSliceIsTriedOnceMore() {
    script.add((_, _) -> Refused.THROTTLED);
    assertThat(score()).isEqualTo(LOGITS);
    assertThat(failures()).isEqualTo("1 throttled, 0 failed []");
  }

  @Test
  void aSliceThatIsThrottledTwiceIsLost() {
    script.add((_, _) -> Refused.THROTTLED);
    script.add((_, _) -> Refused.THROTTLED);
    assertThat(score()).isNull();
    assertThat(qualifiers).hasSize(2);
    assertThat(failures()).isEqualTo("2 throttled, 0 failed []");
  }

  @Test
  void eachKindOfFailureIsTriedOnceMoreAndNamed() {
    List<InvokeApi.Function> kinds =
        List.of(
            (_, _) -> new FunctionError("Runtime.ExitError", "exit"),
            (_, _) -> new Refused(500, "ServiceException", "oops"),
            (_, _) -> new Refused(403, "AccessDeniedException", "no"),
            (_, _) -> new Refused(404, "ResourceNotFoundException", "no such alias"),
            (_, _) -> new Refused(502, "SnapStartException", "restore failed"),
            (_, _) -> new Replied(""),
            (_, _) -> new Replied("not json"),
            (_, _) -> new Replied("{\"results\": []}"),
            (_, _) -> new Replied("{\"error\": {\"code\": \"overloaded\"}}"));
    for (InvokeApi.Function kind : kinds) {
      script.add(kind);
      assertThat(score()).isEqualTo(LOGITS);
    }
    assertThat(qualifiers).hasSize(2 * kinds.size());
    assertThat(FanOutTallies.usage(tally).failed()).isEqualTo(kinds.size());
    assertThat(FanOutTallies.usage(tally).problems())
        .containsExactly(
            "403 AccessDeniedException",
            "404 ResourceNotFoundException",
            "500 ServiceException",
            "502 SnapStartException",
            "function error: Unhandled",
            "not a reply to a slice",
            "overloaded");
  }

  @Test
  void aReplyOfAnotherLengthOrWithAnInfiniteLogitIsNoReply() {
    float[][] wrong = {{1}, {1, 2, 3, 4}, {}, {1, 2, Float.POSITIVE_INFINITY}};
    for (float[] logits : wrong) {
      script.add((_, _) -> replied(SliceJson.reply(model.fingerprint(), logits)));
      assertThat(score()).isEqualTo(LOGITS);
    }
    assertThat(failures()).isEqualTo("0 throttled, 4 failed [not a reply to a slice]");
  }

  @Test
  void noBitOfALogitIsLost() {
    float[] odd = {Float.MIN_VALUE, -0f, Math.nextUp(0.1f)};
    script.add((_, _) -> replied(SliceJson.reply(model.fingerprint(), odd)));
    float[] logits = Objects.requireNonNull(score());
    for (int i = 0; i < odd.length; i++) {
      assertThat(Float.floatToRawIntBits(logits[i])).isEqualTo(Float.floatToRawIntBits(odd[i]));
    }
  }

  @Test
  void whatThereWasNoTimeForIsNoNumber() {
    float[] half = {1, Float.NaN, Float.NaN};
    script.add((_, _) -> replied(SliceJson.reply(model.fingerprint(), half)));
    assertThat(score()).isEqualTo(half);
  }

  @Test
  void anotherModelOrRevisionOrArithmeticRefuses() {
    Model other = new Fakes().model("m", 1); // other golden logits
    assertThat(other.fingerprint()).isNotEqualTo(model.fingerprint());
    script.add(scoredBy(other));
    script.add(scoredBy(new Fakes().model("another", 0)));
    assertThat(score()).isNull();
    assertThat(failures()).isEqualTo("0 throttled, 2 failed [model_not_found]");
  }

  @Test
  void aReplyOfAnotherModelIsNotTaken() {
    String another = new Fakes().model("m", 1).fingerprint();
    script.add((_, _) -> replied(SliceJson.reply(another, new float[] {1, 2, 3})));
    assertThat(score()).isEqualTo(LOGITS);
  }

  @Test
  void aRefusedConnectionIsAFailure() {
    api.close();
    assertThat(score()).isNull();
    assertThat(failures()).isEqualTo("0 throttled, 2 failed [ConnectException]");
  }

  @Test
  void aConnectionThatBreaksOffIsAFailure() {
    script.add((_, _) -> {
      throw new IllegalStateException("the server closes the connection without a reply");
    });
    assertThat(score()).isEqualTo(LOGITS);
    assertThat(FanOutTallies.usage(tally).failed()).isEqualTo(1);
  }

  @Test
  void aSliceThatStallsIsLostAtTheDeadline() {
    CountDownLatch over = new CountDownLatch(1);
    script.add((_, _) -> {
      over.await();
      return Refused.THROTTLED;
    });
    try {
      assertThat(environments.score(slice(), Deadline.inMillis(300), tally)).isNull();
      assertThat(FanOutTallies.usage(tally).problems()).containsExactly("timeout");
    } finally {
      over.countDown();
    }
  }

  @Test
  void aSliceThatIsGivenUpEndsAtOnceAndIsNoFailure() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    script.add((_, _) -> {
      arrived.countDown();
      over.await();
      return Refused.THROTTLED;
    });
    CompletableFuture<Boolean> lost = new CompletableFuture<>();
    Thread sender =
        Thread.ofVirtual()
            .start(() ->
                lost.complete(
                    environments.score(slice(), Deadline.inMillis(900_000), tally) == null));
    assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
    sender.interrupt();
    assertThat(lost.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(failures()).isEqualTo("0 throttled, 0 failed []");
    over.countDown();
  }

  @Test
  void nothingIsSentBeforeItOpensNorAfterItCloses() {
    environments.close();
    assertThat(score()).isNull();
    assertThat(qualifiers).isEmpty();
    assertThat(environments.rehearse(model)).asString(StandardCharsets.UTF_8).contains("\"m\"");
    assertThat(qualifiers).isEmpty();
    environments.open();
    assertThat(score()).isEqualTo(LOGITS);
  }

  @Test
  void nothingIsSentWhenTimeIsOver() {
    assertThat(environments.score(slice(), Deadline.inMillis(-1), tally)).isNull();
    assertThat(qualifiers).isEmpty();
  }

  @Test
  void theEventHasNoTextAndSaysHowLongTheSenderWaits() {
    Queue<byte[]> events = new ConcurrentLinkedQueue<>();
    script.add((_, event) -> {
      events.add(event);
      return scoredBy(model).invoke("live", event);
    });
    assertThat(environments.score(slice(), Deadline.inMillis(5_000), tally)).isEqualTo(LOGITS);
    assertThat(events).hasSize(1);
    byte[] event = events.element();
    JsonNode slice = parse(event).path("snapranker_slice");
    assertThat(slice.path("millis").asLong()).isBetween(1L, 4_975L);
    assertThat(new String(event, StandardCharsets.UTF_8)).doesNotContain("query", "text");
  }

  @Test
  void anEnvironmentScoresNothingAfterTheSenderOrItsOwnCallHasGivenUp() {
    assertThat(logits(10_000, 1)).containsOnly(Float.NaN);
    assertThat(logits(1, 10_000)).containsOnly(Float.NaN);
    assertThat(logits(10_000, 10_000)).isEqualTo(LOGITS);
  }

  /**
   * The environment's logits, with a clock that is two milliseconds later each time.
   *
   * @param ownMillis when its own call ends
   * @param senderMillis how long the sender waits
   */
  private float @Nullable [] logits(long ownMillis, long senderMillis) {
    AtomicLong clock = new AtomicLong();
    Deadline own = Deadline.inNanos(ownMillis * 1_000_000, () -> clock.getAndAdd(2_000_000));
    String reply =
        handler(model).reply(parse(SliceJson.event(slice(), senderMillis)), own, log::add);
    return SliceJson.logits(
        parse(reply.getBytes(StandardCharsets.UTF_8)), model.fingerprint(), LOGITS.length);
  }

  /** A wrong token of a sender looks the same, so the reply cannot tell. */
  @Test
  void aFailureOfTheOtherEnvironmentsModelIsInItsLogAndOnlyACodeInTheReply() {
    IllegalStateException defect = new IllegalStateException("out of native memory");
    AtomicBoolean defective = new AtomicBoolean();
    Model failing =
        new Fakes()
            .model(
                "m",
                pair -> {
                  if (defective.get()) {
                    throw defect;
                  }
                  return 0;
                });
    defective.set(failing.fingerprint() != null); // from its first slice on
    script.add(scoredBy(failing));
    Slice slice = new Slice(failing, slice().pairs());
    assertThat(environments.score(slice, Deadline.inMillis(30_000), tally)).isNull();
    assertThat(log).containsExactly(defect);
    assertThat(FanOutTallies.usage(tally).problems()).contains("out_of_range");
  }

  private static final float[] LOGITS = {4, -5, 2};

  /** Whose documents are "9", "0" and "7". */
  private Slice slice() {
    return new Slice(model, List.of(pair('9'), pair('0'), pair('7')));
  }

  private static EncodedPair pair(char digit) {
    return new EncodedPair(new long[] {101, 'q', 102, digit, 102}, new long[] {0, 0, 0, 1, 1}, 3);
  }

  private float @Nullable [] score() {
    return environments.score(slice(), Deadline.inMillis(30_000), tally);
  }

  private String failures() {
    FanOutUsage usage = FanOutTallies.usage(tally);
    return "%d throttled, %d failed %s"
        .formatted(usage.throttled(), usage.failed(), usage.problems());
  }

  /** An environment that has loaded this model. */
  private InvokeApi.Function scoredBy(Model loaded) {
    SliceHandler handler = handler(loaded);
    return (_, event) -> {
      try {
        return replied(handler.reply(parse(event), Deadline.inMillis(10_000), log::add));
      } catch (RerankException e) {
        return replied(ErrorJson.direct(e));
      }
    };
  }

  private SliceHandler handler(Model loaded) {
    return new SliceHandler(new Models(List.of(loaded), List.of(), Fusion.NONE), pool);
  }

  private static Outcome replied(String json) {
    return new Replied(json);
  }

  private static JsonNode parse(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(Arrays.toString(json), e);
    }
  }
}
