package dev.snapranker.dev.cli;

import dev.snapranker.lambda.RerankHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Calls the handler in this process, bytes in and bytes out, as Lambda does. */
public final class Invoker {
  /** HTTP API's own limit, which the function shares. */
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
      throw new UncheckedIOException(e); // Streams in memory do not fail.
    }
    return reply.toByteArray();
  }
}
