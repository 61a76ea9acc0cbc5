package dev.snapranker.lambda;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends a Lambda environment whose JVM ran out of memory, so that Lambda starts a fresh one. The
 * caller has a reply to get, which the runtime client sends after the handler returns, and the next
 * caller's event must not be in hand: so the end comes when the client asks for the next event.
 *
 * <p>Only where one thread serves one call at a time. Elsewhere (local server, Managed Instances)
 * other callers are being served, and the process goes on.
 */
final class EnvironmentEnd {
  private static final String RUNTIME_CLIENT = "com.amazonaws.services.lambda.runtime.api.client.";
  private static final long POLL_NANOS = 500_000;
  private static final int EXIT_CODE = 1;

  private EnvironmentEnd() {}

  /**
   * Sees to the end.
   *
   * @param runtime the thread that serves calls
   */
  static void afterReplyOf(Thread runtime) {
    if (isIn(runtime, "startRuntimeLoop") && isIn(runtime, "main")) {
      Thread.ofPlatform()
          .name("end")
          .daemon()
          .start(() -> {
            while (!isIn(runtime, "nextInvocation")) {
              LockSupport.parkNanos(POLL_NANOS);
            }
            Runtime.getRuntime().halt(EXIT_CODE);
          });
    }
  }

  /** Whether the thread is in this method of the runtime client. */
  private static boolean isIn(Thread thread, String method) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame ->
            frame.getMethodName().equals(method)
                && frame.getClassName().startsWith(RUNTIME_CLIENT));
  }
}
