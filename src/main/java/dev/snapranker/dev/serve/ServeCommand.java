package dev.snapranker.dev.serve;

import dev.snapranker.boot.Settings;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.Invoker;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.dev.runtime.LocalWorkers;
import dev.snapranker.lambda.RerankHandler;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command that serves the handler over HTTP until a signal stops it. */
@Command(
    name = "serve",
    footer = {"  ./snapranker serve --port 8080", "  ./snapranker serve --fan-out 4"},
    description = "Serve the handler over HTTP on this machine, as API Gateway would.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      defaultValue = "8080",
      converter = Port.class,
      description = "the port on 127.0.0.1; 0 for any free one (default: ${DEFAULT-VALUE})")
  private int port;

  @Option(
      names = "--fan-out",
      paramLabel = "N",
      converter = LocalWorkers.Count.class,
      description =
          "score large requests in N more processes, as other execution environments of a Lambda"
              + " function would (default: 0)")
  private int fanOut;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Opened opened = new Opened();
    LocalServer server = start(opened, address);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(opened, out)));
    out.printf(
        "Listening on http://127.0.0.1:%d (a page for people; POST /rerank for clients). Ctrl-C stops.%n",
        server.port());
    Thread.currentThread().join(); // until a signal, when the shutdown hook stops the server
    return ExitCode.RANKED;
  }

  private LocalServer start(Opened opened, InetSocketAddress address)
      throws IOException, InterruptedException {
    try {
      Map<String, String> environment = System.getenv();
      if (fanOut > 0) {
        environment = opened.add(LocalWorkers.start(fanOut, environment)).variables(environment);
      }
      Settings settings = LocalEnvironment.settings(LocalEnvironment.home(), environment);
      RerankHandler handler = opened.add(new RerankHandler(settings));
      return opened.add(
          new LocalServer(
              new Invoker(handler, Invoker.TIME_LIMIT)::invoke,
              settings.corsAllowOrigin(),
              address));
    } catch (BindException e) {
      opened.closeAfter(e);
      throw new UsageException(
          "--port %d cannot be used (%s); choose another"
              .formatted(address.getPort(), e.getMessage()));
    } catch (Throwable e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  private static void stop(Opened opened, PrintWriter out) {
    out.println("Stopping after the running requests finish.");
    opened.close();
  }

  private static final class Port extends WholeNumber {
    Port() {
      super(0, 65_535);
    }
  }
}
