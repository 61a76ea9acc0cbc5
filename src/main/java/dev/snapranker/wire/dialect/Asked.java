package dev.snapranker.wire.dialect;

import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import java.util.List;

/** What an exchange asks for. */
public sealed interface Asked {

  /** One ranking. */
  record One(RerankRequest request) implements Asked {}

  /** Several, each with an answer of its own. */
  record Many(List<Entry> entries) implements Asked {
    public Many {
      entries = List.copyOf(entries);
    }
  }

  /** One of several. */
  sealed interface Entry {}

  /** It can be ranked. */
  record Valid(RerankRequest request) implements Entry {}

  /** It cannot. */
  record Refused(RerankException refusal) implements Entry {}
}
