package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.Lambda.TestContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What happens to a call that runs out of memory, and to the environment after it. */
class MemoryGuardTest {
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final TestContext context = new TestContext(60_000);
  private final Invocation invocation = new Invocation("r", 60_000, context.getLogger());
  private final List<String> steps = new ArrayList<>();

  @Test
  void aReplyIsWrittenAndRecordedAndNothingIsProbed() throws IOException {
    answer(probed(), event -> "reply to " + text(event));
    assertThat(text(output.toByteArray())).isEqualTo("reply to event");
    assertThat(steps).containsExactly("recorded");
    assertThat(context.log()).isEmpty();
  }

  @Test
  void aFunctionThatStillRanksContinuesAfterItRanOutOfMemory() throws IOException {
    answer(
        probed(),
        _ -> {
          throw new OutOfMemoryError("heap");
        });
    assertThat(text(output.toByteArray())).contains("503", "out_of_memory");
    assertThat(steps).containsExactly("recorded", "probed");
    assertThat(context.log()).contains("OutOfMemoryError");
  }

  @Test
  void aFunctionThatNoLongerRanksStopsAfterTheReply() {
    MemoryGuard guard =
        new MemoryGuard(() -> {
          throw new NoClassDefFoundError("half loaded");
        });
    StackOverflowError exhaustion = new StackOverflowError();
    assertThatThrownBy(() ->
            answer(
                guard,
                _ -> {
                  throw exhaustion;
                }))
        .isSameAs(exhaustion);
    assertThat(text(output.toByteArray())).contains("503", "out_of_memory");
    assertThat(context.log()).contains("StackOverflowError", "NoClassDefFoundError");
  }

  private MemoryGuard probed() {
    return new MemoryGuard(() -> steps.add("probed"));
  }

  private void answer(MemoryGuard guard, Function<byte[], String> reply) throws IOException {
    byte[] event = "event".getBytes(StandardCharsets.UTF_8);
    guard.answer(
        new ByteArrayInputStream(event), output, invocation, reply, () -> steps.add("recorded"));
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
