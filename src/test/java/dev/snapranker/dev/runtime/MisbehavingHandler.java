package dev.snapranker.dev.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.crac.Core;
import org.crac.Resource;

/**
 * Fails or hangs where its environment or its event says. Put into a package by {@link
 * LocalLambdaIT}; runs there without the tests' other classes.
 */
public final class MisbehavingHandler implements RequestStreamHandler, Resource {
  private static final String WHEN = System.getenv().getOrDefault("FAIL", "never");

  public MisbehavingHandler() {
    fail("constructor");
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
    fail("beforeCheckpoint");
  }

  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {
    fail("afterRestore");
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    switch (new String(input.readAllBytes(), StandardCharsets.UTF_8)) {
      case "\"throw\"" -> throw new IllegalArgumentException("thrown on request");
      case "\"hang\"" -> hang();
      case "\"out of memory\"" -> throw new OutOfMemoryError("said so");
      default -> output.write("\"well\"".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void fail(String where) {
    if (WHEN.equals(where)) {
      throw new IllegalStateException("failed in " + where);
    }
    if (WHEN.equals("hang in " + where)) {
      hang();
    }
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
