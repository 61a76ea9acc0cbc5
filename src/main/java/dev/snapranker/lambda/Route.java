package dev.snapranker.lambda;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.dialect.Dialect;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.event.HttpRequest;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The target of a path. */
sealed interface Route {

  /** A path that the function does not serve. */
  record Unknown() implements Route {}

  /** A path that the function serves. */
  sealed interface Served extends Route {
    String path();

    List<String> methods();

    default RerankException methodNotAllowed() {
      return new RerankException(
          Reason.METHOD_NOT_ALLOWED,
          "the path %s does not allow this method; expected %s"
              .formatted(path(), String.join(" or ", methods())));
    }
  }

  /** Ranks, in the dialect of the request. */
  record Rerank(String path, Function<HttpRequest, Dialect> dialect) implements Served {
    @Override
    public List<String> methods() {
      return List.of("POST");
    }
  }

  /** Answers a question about the function itself. */
  record Info(String path, Supplier<HttpReply> reply) implements Served {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }
}
