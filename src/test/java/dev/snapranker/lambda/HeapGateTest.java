package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.RerankException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A heap with room for 100 kB of events. */
@Timeout(60)
class HeapGateTest {
  private static final int ROOM = 100 * 1024;

  private final HeapGate gate = new HeapGate(48L * ROOM);

  @Test
  void eventsThatFitTogetherRunTogether() {
    CountDownLatch both = new CountDownLatch(2);
    CompletableFuture<String> first = inWork(ROOM / 2 - 1024, both);
    CompletableFuture<String> second = inWork(ROOM / 2 - 1024, both);
    assertThat(first.join() + second.join()).isEqualTo("donedone");
  }

  @Test
  void anEventThatDoesNotFitBesideAnotherWaitsAndIsRefusedWhenItsTimeIsOver() {
    String told =
        gate.within(
            ROOM / 2,
            Deadline.inMillis(60_000),
            () -> {
              assertThatThrownBy(() -> gate.within(ROOM, Deadline.inMillis(1), () -> "never"))
                  .isInstanceOf(RerankException.class)
                  .hasMessageContaining("try again");
              return "first";
            });
    assertThat(told).isEqualTo("first");
    assertThat(gate.within(ROOM, Deadline.inMillis(1), () -> "alone")).isEqualTo("alone");
  }

  @Test
  void anEventThatIsLargerThanTheRoomRunsAlone() {
    assertThat(gate.within(10 * ROOM, Deadline.inMillis(1), () -> "alone")).isEqualTo("alone");
  }

  @Test
  void workThatFailsLeavesTheRoom() {
    assertThatThrownBy(() ->
            gate.within(
                ROOM,
                Deadline.inMillis(1),
                () -> {
                  throw new IllegalStateException("broken");
                }))
        .hasMessage("broken");
    assertThat(gate.within(ROOM, Deadline.inMillis(1), () -> "next")).isEqualTo("next");
  }

  private CompletableFuture<String> inWork(int eventBytes, CountDownLatch all) {
    return CompletableFuture.supplyAsync(
        () ->
            gate.within(
                eventBytes,
                Deadline.inMillis(60_000),
                () -> {
                  all.countDown();
                  try {
                    all.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return "done";
                }),
        task -> Thread.ofPlatform().start(task));
  }
}
