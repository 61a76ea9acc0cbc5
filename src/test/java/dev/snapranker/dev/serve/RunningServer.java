package dev.snapranker.dev.serve;

import dev.snapranker.DefaultBundle;
import dev.snapranker.dev.cli.Invoker;
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

  private static final class Shared {
    static final LocalServer SERVER = start();

    private static LocalServer start() {
      try {
        LocalServer server =
            new LocalServer(
                new Invoker(DefaultBundle.handler(), Invoker.TIME_LIMIT)::invoke,
                null,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
