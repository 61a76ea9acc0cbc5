package dev.snapranker.dev.serve;

import dev.snapranker.DefaultBundle;
import dev.snapranker.dev.cli.Invoker;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The local server with the default bundle, on a free port of loopback, one for all tests. */
final class RunningServer {
  private RunningServer() {}

  /** Where it listens, without a trailing slash. */
  static String url() {
    return "http://127.0.0.1:" + Shared.SERVER.port();
  }

  /** The same for another handler; the caller closes it. */
  static LocalServer start(RerankHandler handler) {
    try {
      return new LocalServer(
          new Invoker(handler, Invoker.TIME_LIMIT)::invoke,
          null,
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Shared {
    static final LocalServer SERVER = start(DefaultBundle.handler());

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }
  }
}
