package dev.snapranker.lambda;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.dialect.Dialect;
import dev.snapranker.wire.dialect.Dialects;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.event.HttpRequest;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** All paths that the function serves. */
final class Routes {
  private final Dialects dialects;
  private final Map<String, Route.Served> byPath = new LinkedHashMap<>();

  Routes(Dialects dialects, About about) {
    this.dialects = dialects;
    dialects.byPath().forEach((path, dialect) -> byPath.put(path, new Route.Rerank(path, dialect)));
    about("/health", about::health);
    about("/info", about::info);
    about("/openapi.json", about::openApi);
    about("/", () -> about.index(names()));
    about("/tei/health", about::health);
    about("/tei/info", about::info);
    for (String prefix : List.of("", "/weaviate")) { // Weaviate requests these when it starts
      about(prefix + "/meta", about::meta);
      about(prefix + "/.well-known/live", about::ready);
      about(prefix + "/.well-known/ready", about::ready);
    }
  }

  private void about(String path, Supplier<HttpReply> reply) {
    byPath.put(path, new Route.Info(path, reply));
  }

  /**
   * The route of a path.
   *
   * @param mayHaveBasePath whether the path may begin with an unknown base path; then the longest
   *     known path at its end is used
   */
  Route find(String path, boolean mayHaveBasePath) {
    Route exact = byPath.get(path);
    if (exact != null) {
      return exact;
    }
    if (!mayHaveBasePath) {
      return new Route.Unknown();
    }
    return byPath.keySet().stream()
        .filter(known -> known.length() > 1 && path.endsWith(known))
        .max(Comparator.comparingInt(String::length))
        .<Route>map(byPath::get)
        .orElse(new Route.Unknown());
  }

  /** The dialect for a request's reply or error. */
  Dialect dialect(Route route, HttpRequest request) {
    return route instanceof Route.Rerank rerank
        ? rerank.dialect().apply(request)
        : dialects.direct();
  }

  RerankException notFound() {
    return new RerankException(
        Reason.ROUTE_NOT_FOUND, "there is no such path; expected " + String.join(", ", names()));
  }

  /** The routes for messages: {@code POST /rerank}, {@code GET /health}, … */
  private List<String> names() {
    return byPath.values().stream()
        .map(route -> route.methods().getFirst() + " " + route.path())
        .toList();
  }
}
