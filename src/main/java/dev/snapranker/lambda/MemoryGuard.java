package dev.snapranker.lambda;

import dev.snapranker.api.RerankException;
import dev.snapranker.wire.dialect.ErrorJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Protects calls from running out of memory. An event waits until the heap has room for it. If a
 * call still runs out of memory, it gets an error reply. If the function cannot rank after that,
 * the error makes Lambda replace the environment.
 */
final class MemoryGuard {
  /** Built in advance, because there may be no memory for it later. */
  private final byte[] outOfMemory =
      ErrorJson.direct(Invocation.outOfMemory()).getBytes(StandardCharsets.UTF_8);

  private final HeapGate heapGate = new HeapGate(Runtime.getRuntime().maxMemory());
  private final AtomicInteger openCalls = new AtomicInteger();
  private final Runnable probe;

  /**
   * @param probe ranks something, to check that the function still can
   */
  MemoryGuard(Runnable probe) {
    this.probe = probe;
  }

  /**
   * Writes the reply, then records the call.
   *
   * @param reply turns an event's bytes into its reply
   * @param record runs after the reply was written and its memory is free
   */
  void answer(
      InputStream input,
      OutputStream output,
      Invocation invocation,
      Function<byte[], String> reply,
      Runnable record)
      throws IOException {
    openCalls.incrementAndGet();
    try {
      write(input, output, invocation, reply);
      finish(invocation, record);
    } finally {
      openCalls.decrementAndGet();
    }
  }

  /** Writes the reply. Afterwards nothing of the event or the reply is held in memory. */
  private void write(
      InputStream input, OutputStream output, Invocation invocation, Function<byte[], String> reply)
      throws IOException {
    try {
      byte[] event = input.readAllBytes();
      String text = heapGate.within(event.length, invocation.deadline(0), () -> reply.apply(event));
      output.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (RerankException e) {
      output.write(ErrorJson.direct(invocation.noteFailure(e)).getBytes(StandardCharsets.UTF_8));
    } catch (OutOfMemoryError | StackOverflowError e) {
      var _ = invocation.noteFailure(e);
      output.write(outOfMemory);
    }
  }

  private void finish(Invocation invocation, Runnable record) {
    try {
      record.run();
      if (invocation.exhaustion() != null) {
        requireSound(invocation, invocation.exhaustion());
      }
    } catch (OutOfMemoryError | StackOverflowError e) {
      if (openCalls.get() == 1) {
        throw e;
      }
      // Another call uses the memory; this call already has its reply.
    }
  }

  /** Throws the error if the function can no longer rank; then Lambda replaces the environment. */
  private void requireSound(Invocation invocation, VirtualMachineError exhaustion) {
    invocation.log(exhaustion);
    try {
      probe.run();
    } catch (RuntimeException | LinkageError e) {
      invocation.log("the request after it", e);
      throw exhaustion;
    }
  }
}
