package dev.snapranker.lambda;

import dev.snapranker.boot.OpenApi;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Version;
import dev.snapranker.model.Manifest;
import dev.snapranker.wire.dialect.ServiceJson;
import dev.snapranker.wire.event.HttpReply;
import java.util.List;

/** What the function tells of itself. */
final class AboutRoutes {
  private static final String INDEX = "/";

  private final Manifest manifest;
  private final Settings settings;
  private final String version = Version.read();
  private final String openApi = OpenApi.read();

  AboutRoutes(Manifest manifest, Settings settings) {
    this.manifest = manifest;
    this.settings = settings;
  }

  List<String> paths() {
    return List.of("/health", "/info", "/openapi.json", INDEX, "/tei/health", "/tei/info");
  }

  /**
   * The reply.
   *
   * @param path one of {@link #paths}
   * @param routes all that the function serves
   */
  HttpReply reply(String path, List<String> routes) {
    return HttpReply.json(
        200,
        switch (path) {
          case "/health", "/tei/health" -> ServiceJson.health(manifest.id(), manifest.revision());
          case "/info", "/tei/info" ->
              ServiceJson.info(
                  manifest.id(),
                  manifest.revision(),
                  manifest.maxTokens(),
                  settings.limits(),
                  settings.maxConcurrentRequests(),
                  settings.scoringThreads(),
                  version);
          case "/openapi.json" -> openApi;
          default -> ServiceJson.index(version, routes);
        });
  }
}
