package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.snapranker.Lambda.TestContext;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures what calls allocate, on all threads. Unlike time, it does not depend on the machine.
 *
 * @param check looks at each reply
 */
record AllocatedBytes(RerankHandler handler, Consumer<byte[]> check) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * An event.
   *
   * @param path null for a direct invoke
   */
  static byte[] event(@Nullable String path, String json) {
    String event =
        path == null
            ? json
            : Payload2.event(
                new HttpRequest(
                    "POST", path, Map.of("content-type", "application/json"), json, false),
                "",
                "192.0.2.1");
    return event.getBytes(StandardCharsets.UTF_8);
  }

  long of(byte[] event) {
    TestContext context = new TestContext(60_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long before = THREADS.getTotalThreadAllocatedBytes();
    try {
      handler.handleRequest(new ByteArrayInputStream(event), out, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // streams in memory do not fail
    }
    long allocated = THREADS.getTotalThreadAllocatedBytes() - before;
    assertThat(context.log()).isEmpty();
    check.accept(out.toByteArray());
    return allocated;
  }

  /** The least of three calls, because other threads can only increase a measurement. */
  long leastOf(byte[] event) {
    return LongStream.generate(() -> of(event)).limit(3).min().orElseThrow();
  }
}
