package dev.snapranker.lambda;

import dev.snapranker.api.StageChoice;
import dev.snapranker.boot.PackageFile;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Version;
import dev.snapranker.model.Manifest;
import dev.snapranker.wire.dialect.ServiceJson;
import dev.snapranker.wire.event.HttpReply;
import java.util.List;

/** Answers questions about the function itself. */
final class About {
  private final Manifest manifest;
  private final List<String> models;
  private final List<StageChoice> stages;
  private final Settings settings;
  private final String version = Version.read();
  private final String openApi = PackageFile.read("/openapi.json");

  /**
   * @param manifest of the model that ranks last by default
   * @param models the ids of all loaded models
   * @param stages of a request that names none
   */
  About(Manifest manifest, List<String> models, List<StageChoice> stages, Settings settings) {
    this.manifest = manifest;
    this.models = models;
    this.stages = stages;
    this.settings = settings;
  }

  HttpReply health() {
    return HttpReply.json(
        200, ServiceJson.health(manifest.id(), manifest.revision(), models, stages));
  }

  HttpReply info() {
    return HttpReply.json(
        200,
        ServiceJson.info(
            manifest.id(),
            manifest.revision(),
            manifest.maxTokens(),
            settings.limits(),
            settings.maxConcurrentRequests(),
            settings.scoringThreads(),
            version));
  }

  /** Model and revision, in the format of the container that Weaviate's module calls. */
  HttpReply meta() {
    return HttpReply.json(200, ServiceJson.meta(manifest.id(), manifest.revision()));
  }

  /** Ready: a function that answers at all has loaded its model. */
  HttpReply ready() {
    return HttpReply.EMPTY;
  }

  HttpReply openApi() {
    return HttpReply.json(200, openApi);
  }

  /**
   * Name, version and routes.
   *
   * @param routes all routes of the function
   */
  HttpReply index(List<String> routes) {
    return HttpReply.json(200, ServiceJson.index(version, routes));
  }
}
