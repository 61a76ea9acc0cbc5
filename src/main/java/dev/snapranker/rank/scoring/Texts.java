package dev.snapranker.rank.scoring;

import dev.snapranker.api.RerankRequest;
import dev.snapranker.text.Tokens;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request's texts, each tokenised once for all models that share a vocabulary. */
public final class Texts {
  private final RerankRequest request;
  private final Map<String, Tokenised> byVocabulary = new HashMap<>();

  public Texts(RerankRequest request) {
    this.request = request;
  }

  /** The texts as {@code model} reads them. */
  public ModelInput readBy(Model model) {
    Tokenised tokenised =
        byVocabulary.computeIfAbsent(
            model.vocabulary(),
            _ ->
                new Tokenised(
                    model.encoder().tokenize(request.query()), request.candidates().size()));
    return new ModelInput(model, request, tokenised);
  }

  /** The tokens of one vocabulary. Each candidate's are made when they are first needed. */
  static final class Tokenised {
    private final Tokens query;
    private final @Nullable Tokens[] candidates; // [candidates]

    private Tokenised(Tokens query, int candidates) {
      this.query = query;
      this.candidates = new @Nullable Tokens[candidates];
    }

    Tokens query() {
      return query;
    }

    @Nullable Tokens candidate(int index) {
      return candidates[index];
    }

    /** For each candidate from one thread at a time. */
    void put(int index, Tokens candidate) {
      candidates[index] = candidate;
    }
  }
}
