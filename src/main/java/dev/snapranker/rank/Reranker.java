package dev.snapranker.rank;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
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
    long started = System.nanoTime();
    EncodedQuery query = encodeQuery(request.query());
    EncodedPair[] pairs = encode(query, request.candidates(), deadline); // [candidates]
    long encoded = System.nanoTime();
    float[] logits = score(pairs, deadline); // [candidates]
    long scored = System.nanoTime();
    return new Ranking(
        manifest.id(),
        results(request, pairs, logits),
        usage(pairs),
        encoded - started,
        scored - encoded,
        warnings(query, pairs));
  }

  private void requireModel(Options options) {
    if (options.model() != null && !options.model().equals(manifest.id())) {
      throw new RerankException(
          Reason.MODEL_NOT_FOUND,
          "model '%s' is not loaded; this function serves '%s'"
              .formatted(options.model(), manifest.id()),
          "model");
    }
  }

  private EncodedQuery encodeQuery(String text) {
    EncodedQuery query = encoder.query(text);
    if (query.totalTokens() == 0) {
      throw new RerankException(
          Reason.EMPTY,
          "query has no character that the model knows; expected some readable text",
          "query");
    }
    return query;
  }

  private EncodedPair[] encode(EncodedQuery query, List<Candidate> candidates, Deadline deadline) {
    EncodedPair[] pairs = new EncodedPair[candidates.size()];
    forEach(
        candidates.size(), deadline, i -> pairs[i] = encoder.pair(query, candidates.get(i).text()));
    return pairs;
  }

  private float[] score(EncodedPair[] pairs, Deadline deadline) {
    // Longest first: the short ones at the end keep all threads busy until the last moment.
    int[] order =
        IntStream.range(0, pairs.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> -pairs[i].tokens()))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] logits = new float[pairs.length];
    forEach(pairs.length, deadline, i -> logits[order[i]] = scorer.logit(pairs[order[i]]));
    return logits;
  }

  private void forEach(int n, Deadline deadline, IntConsumer task) {
    AtomicInteger done = new AtomicInteger();
    pool.forEach(
        n,
        i -> {
          if (deadline.passed()) {
            throw new RerankException(
                Reason.TIMED_OUT,
                ("time ran out after %d of %d candidates; post fewer, or give the function more"
                        + " memory or time")
                    .formatted(done.get(), n));
          }
          task.accept(i);
          done.incrementAndGet();
        });
  }

  private List<Ranked> results(RerankRequest request, EncodedPair[] pairs, float[] logits) {
    Options options = request.options();
    double minScore = Objects.requireNonNullElse(options.minScore(), Double.NEGATIVE_INFINITY);
    int topK = Objects.requireNonNullElse(options.topK(), Integer.MAX_VALUE);
    List<Ranked> results = new ArrayList<>();
    for (int index : Ordering.bestFirst(request.candidates(), logits)) {
      float logit = logits[index];
      double score = options.rawScores() ? logit : manifest.activation().score(logit);
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
              pairs[index].truncated()));
    }
    return results;
  }

  private static Usage usage(EncodedPair[] pairs) {
    long tokens = Arrays.stream(pairs).mapToLong(EncodedPair::tokens).sum();
    return new Usage(pairs.length, tokens, truncated(pairs));
  }

  private static int truncated(EncodedPair[] pairs) {
    return (int) Arrays.stream(pairs).filter(EncodedPair::truncated).count();
  }

  private List<String> warnings(EncodedQuery query, EncodedPair[] pairs) {
    List<String> warnings = new ArrayList<>();
    if (query.truncated()) {
      warnings.add(
          "the query has %d tokens; its first %d were used (half of the model's window of %d)"
              .formatted(query.totalTokens(), query.keptTokens(), manifest.maxTokens()));
    }
    int truncated = truncated(pairs);
    if (truncated > 0) {
      warnings.add(
          "%d of %d candidates were cut to fit the model's window of %d tokens"
              .formatted(truncated, pairs.length, manifest.maxTokens()));
    }
    return warnings;
  }
}
