package dev.snapranker.wire.dialect;

import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;

/** What became of one of several requests. */
public sealed interface Outcome {

  record Ranked(RerankRequest request, Ranking ranking) implements Outcome {}

  record Failed(RerankException failure) implements Outcome {}
}
