package dev.snapranker.dev;

import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The handler behind a local HTTP server, until it is told to stop. */
@Command(
    name = "serve",
    description = "Serve the handler over HTTP on this machine, as API Gateway would.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "the port on 127.0.0.1; 0 for any free one (default: ${DEFAULT-VALUE})")
  private int port;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (port < 0 || port > 65_535) {
      throw new UsageException("--port is " + port + "; expected 0..65535");
    }
    PrintWriter out = spec.commandLine().getOut();
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Settings settings = LocalEnvironment.settings(Main.home(), System.getenv());
    RerankHandler handler = new RerankHandler(settings);
    LocalServer server = start(handler, settings.corsAllowOrigin(), address);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, handler, out)));
    out.printf(
        "Listening on http://127.0.0.1:%d (a page for people; POST /rerank for clients). Ctrl-C stops.%n",
        server.port());
    Thread.currentThread().join(); // until a signal: the shutdown hook is the way out
    return ExitCode.RANKED;
  }

  private static LocalServer start(
      RerankHandler handler, @Nullable String allowedOrigin, InetSocketAddress address)
      throws IOException {
    try {
      return new LocalServer(
          new Invoker(handler, Invoker.TIME_LIMIT)::invoke, allowedOrigin, address);
    } catch (BindException e) {
      handler.close();
      throw new UsageException("--port " + address.getPort() + " is in use; choose another");
    }
  }

  private static void stop(LocalServer server, RerankHandler handler, PrintWriter out) {
    out.println("Stopping: finishing the requests in work.");
    server.close();
    handler.close();
  }
}
