package dev.snapranker.examples.opensearch;

import java.io.IOException;
import java.nio.file.Files;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.common.network.NetworkAddress;
import org.opensearch.http.HttpServerTransport;

/** An OpenSearch node in this JVM, on a free loopback port. */
final class LocalNode implements AutoCloseable {
  private final OpenSearchRunner runner;

  private LocalNode(OpenSearchRunner runner) {
    this.runner = runner;
  }

  static LocalNode start() throws IOException {
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild((_, settings) ->
        settings
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", "0")
            .put("transport.port", "0"));
    runner.build(
        OpenSearchRunner.newConfigs()
            .numOfNode(1)
            .basePath(Files.createTempDirectory("opensearch").toString())
            .useLogger()
            .disableESLogger());
    runner.ensureYellow();
    return new LocalNode(runner);
  }

  String url() {
    HttpServerTransport http = runner.node().injector().getInstance(HttpServerTransport.class);
    return "http://" + NetworkAddress.format(http.boundAddress().publishAddress().address());
  }

  @Override
  public void close() throws IOException {
    runner.close();
    runner.clean();
  }
}
