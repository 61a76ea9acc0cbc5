package dev.snapranker.dev.cli;

import dev.snapranker.lambda.RerankHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Calls the handler in this process with an event's bytes, like Lambda. */
public final class Invoker {
  /** The time limit of HTTP APIs, which the function also has. */
  public static final Duration TIME_LIMIT = Duration.ofSeconds(30);

  private final RerankHandler handler;
  private final Duration timeLimit;

  public Invoker(RerankHandler handler, Duration timeLimit) {
    this.handler = handler;
    this.timeLimit = timeLimit;
  }

  public byte[] invoke(byte[] event) {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    try {
      handler.handleRequest(new ByteArrayInputStream(event), reply, new LocalContext(timeLimit));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // streams in memory do not fail
    }
    return reply.toByteArray();
  }
}
