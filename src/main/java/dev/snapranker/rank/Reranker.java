package dev.snapranker.rank;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Usage;
import dev.snapranker.model.Manifest;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.PairEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Ranks candidates against a query: encode, score, order, cut. Holds no state of a request. */
public final class Reranker {
  private final Manifest manifest;
  private final PairEncoder encoder;
  private final Scorer scorer;
  private final ScoringPool pool;

  public Reranker(Manifest manifest, PairEncoder encoder, Scorer scorer, ScoringPool pool) {
    this.manifest = manifest;
    this.encoder = encoder;
    this.scorer = scorer;
    this.pool = pool;
  }

  /** The request's ranking, or a {@link RerankException} that says why there is none. */
  public Ranking rank(RerankRequest request, Deadline deadline) {
    requireModel(request.options());
    LongText longText = request.options().longText();
    long started = System.nanoTime();
    EncodedQuery query = encodeQuery(request.query(), longText);
    EncodedDocument[] documents = encode(query, request.candidates(), longText, deadline);
    long encoded = System.nanoTime();
    float[] logits = score(documents, deadline); // [candidates]
    long scored = System.nanoTime();
    return new Ranking(
        manifest.id(),
        results(request, documents, logits),
        usage(documents),
        encoded - started,
        scored - encoded,
        warnings(query, documents, longText));
  }

  private void requireModel(Options options) {
    if (options.model() != null && !options.model().equals(manifest.id())) {
      throw new RerankException(
          Reason.MODEL_NOT_FOUND,
          "model",
          "'%s' is not loaded; this function serves '%s'"
              .formatted(options.model(), manifest.id()));
    }
  }

  private EncodedQuery encodeQuery(String text, LongText longText) {
    EncodedQuery query = encoder.query(text);
    if (query.totalTokens() == 0) {
      throw unreadable("query");
    }
    if (query.truncated() && longText instanceof LongText.Refuse) {
      throw tooLong("query", query.totalTokens(), query.keptTokens());
    }
    return query;
  }

  /** [candidates] */
  private EncodedDocument[] encode(
      EncodedQuery query, List<Candidate> candidates, LongText longText, Deadline deadline) {
    EncodedDocument[] documents = new EncodedDocument[candidates.size()];
    forEach(
        candidates.size(),
        deadline,
        i -> documents[i] = encoder.document(query, candidates.get(i).text(), longText));
    for (int i = 0; i < documents.length; i++) {
      EncodedDocument document = documents[i];
      if (document.totalTokens() == 0) {
        throw unreadable("candidates[" + i + "].text");
      }
      if (document.truncated() && longText instanceof LongText.Refuse) {
        throw tooLong("candidates[" + i + "].text", document.totalTokens(), encoder.room(query));
      }
    }
    return documents;
  }

  /** Without a token there is nothing to score: to the model it is as blank as no text at all. */
  private static RerankException unreadable(String field) {
    return new RerankException(
        Reason.EMPTY, field, "has no character that the model knows; expected some readable text");
  }

  private static RerankException tooLong(String field, int tokens, int room) {
    return new RerankException(
        Reason.OUT_OF_RANGE,
        field,
        "has %d tokens; expected at most %d, as truncation is off".formatted(tokens, room));
  }

  private float[] score(EncodedDocument[] documents, Deadline deadline) {
    EncodedPair[] pairs =
        Arrays.stream(documents)
            .flatMap(document -> document.pairs().stream())
            .toArray(EncodedPair[]::new);
    // Longest first: the short ones at the end keep all threads busy until the last moment.
    int[] order =
        IntStream.range(0, pairs.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> -pairs[i].tokens()))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] logits = new float[pairs.length];
    forEach(pairs.length, deadline, i -> logits[order[i]] = scorer.logit(pairs[order[i]]));
    return bestOfEach(documents, logits);
  }

  /**
   * A document scores as its best passage: [candidates].
   *
   * @param logits [passages], the first document's before the second's
   */
  private static float[] bestOfEach(EncodedDocument[] documents, float[] logits) {
    float[] best = new float[documents.length];
    int next = 0;
    for (int i = 0; i < documents.length; i++) {
      best[i] = Float.NEGATIVE_INFINITY;
      for (int passage = 0; passage < documents[i].pairs().size(); passage++) {
        best[i] = Math.max(best[i], logits[next++]);
      }
    }
    return best;
  }

  private void forEach(int n, Deadline deadline, IntConsumer task) {
    AtomicInteger done = new AtomicInteger();
    pool.forEach(
        n,
        i -> {
          if (deadline.passed()) {
            throw new RerankException(
                Reason.TIMED_OUT,
                ("time ran out after %d of %d passages; post fewer, or give the function more"
                        + " memory or time")
                    .formatted(done.get(), n));
          }
          task.accept(i);
          done.incrementAndGet();
        });
  }

  private List<Ranked> results(RerankRequest request, EncodedDocument[] documents, float[] logits) {
    Options options = request.options();
    double minScore = Objects.requireNonNullElse(options.minScore(), Double.NEGATIVE_INFINITY);
    int topK = Objects.requireNonNullElse(options.topK(), Integer.MAX_VALUE);
    List<Ranked> results = new ArrayList<>();
    for (int index : Ordering.bestFirst(request.candidates(), logits)) {
      float logit = logits[index];
      double score = options.rawScores() ? logit : manifest.score(logit);
      if (results.size() == topK || score < minScore) {
        break;
      }
      results.add(
          new Ranked(
              request.candidates().get(index).id(),
              index,
              results.size() + 1,
              score,
              logit,
              documents[index].truncated()));
    }
    return results;
  }

  private static Usage usage(EncodedDocument[] documents) {
    long tokens =
        Arrays.stream(documents)
            .flatMap(document -> document.pairs().stream())
            .mapToLong(EncodedPair::tokens)
            .sum();
    return new Usage(documents.length, tokens, truncated(documents));
  }

  private static int truncated(EncodedDocument[] documents) {
    return (int) Arrays.stream(documents).filter(EncodedDocument::truncated).count();
  }

  private List<String> warnings(
      EncodedQuery query, EncodedDocument[] documents, LongText longText) {
    List<String> warnings = new ArrayList<>();
    if (query.truncated()) {
      warnings.add(
          "the query has %d tokens; its first %d were used (half of the model's window of %d)"
              .formatted(query.totalTokens(), query.keptTokens(), manifest.maxTokens()));
    }
    int truncated = truncated(documents);
    if (truncated > 0) {
      warnings.add(
          "%d of %d candidates were cut to fit %s"
              .formatted(truncated, documents.length, bounds(longText)));
    }
    return warnings;
  }

  private String bounds(LongText longText) {
    return switch (longText) {
      case LongText.Cut _, LongText.Refuse _ ->
          "the model's window of %d tokens".formatted(manifest.maxTokens());
      case LongText.Passages _ -> "the request's limits on tokens and passages per document";
    };
  }
}
