package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Limits;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Usage;
import dev.snapranker.rank.Reranker;
import dev.snapranker.wire.dialect.LineJson;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ranks one line, and writes its results or its error. */
public final class LineRanker {
  private static final Usage NOTHING = new Usage(0, 0, 0, 0, List.of(), null, null);

  private final Reranker reranker;
  private final LineJson lineJson;
  private final Limits limits;
  private final boolean trec;

  /**
   * A ranker for the lines of one job.
   *
   * @param trec whether a TREC run is written as well
   */
  public LineRanker(Reranker reranker, LineJson lineJson, Limits limits, boolean trec) {
    this.reranker = reranker;
    this.lineJson = lineJson;
    this.limits = limits;
    this.trec = trec;
  }

  /**
   * Ranks one line.
   *
   * @throws RerankException if time runs out
   */
  public LineResult rank(LineReader.Line line, Deadline deadline) {
    LineJson.@Nullable ParsedLine parsed = null;
    try {
      parsed = parse(line);
      return rank(line, parsed, deadline);
    } catch (RerankException e) {
      if (e.reason() == Reason.TIMED_OUT) {
        throw e;
      }
      return error(line, parsed, e, null);
    } catch (RuntimeException defect) {
      RerankException internal =
          new RerankException(Reason.INTERNAL, "internal error; the log has the details");
      return error(line, parsed, internal, defect);
    }
  }

  private LineJson.ParsedLine parse(LineReader.Line line) {
    limits.checkPayload(line.length());
    return lineJson.parse(Objects.requireNonNull(line.bytes()));
  }

  private LineResult rank(LineReader.Line line, LineJson.ParsedLine parsed, Deadline deadline) {
    RerankRequest request = lineJson.request(parsed);
    String id = Objects.requireNonNullElse(parsed.queryId(), Long.toString(line.number()));
    if (trec) {
      requireRunIds(id, request);
    }
    Ranking ranking = reranker.rank(request, deadline);
    if (deadline.passed()) { // the ranking may be incomplete
      throw new RerankException(Reason.TIMED_OUT, "time ran out");
    }
    return new LineResult(
        line.number(),
        line.digest(),
        LineJson.result(line.number(), parsed, request, ranking) + "\n",
        trec ? run(id, ranking) : "",
        ranking.usage(),
        false,
        null);
  }

  /** The error of a line that takes longer to rank than the function's time limit. */
  LineResult timedOut(LineReader.Line line) {
    RerankException late =
        new RerankException(
            Reason.TIMED_OUT,
            "its ranking takes longer than the function's time limit; send fewer or shorter"
                + " candidates");
    try {
      return error(line, parse(line), late, null);
    } catch (RerankException e) {
      return error(line, null, late, null);
    }
  }

  private static LineResult error(
      LineReader.Line line,
      LineJson.@Nullable ParsedLine parsed,
      RerankException e,
      @Nullable RuntimeException defect) {
    String json = LineJson.error(line.number(), parsed, e) + "\n";
    return new LineResult(line.number(), line.digest(), json, "", NOTHING, true, defect);
  }

  /** Refuses ids with white space, because white space separates the fields of a TREC run. */
  private static void requireRunIds(String queryId, RerankRequest request) {
    requireRunId("query_id", queryId);
    for (int i = 0; i < request.candidates().size(); i++) {
      requireRunId("candidates[" + i + "].id", request.candidates().get(i).id());
    }
  }

  private static void requireRunId(String field, String id) {
    if (id.isEmpty() || id.chars().anyMatch(Character::isWhitespace)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          field,
          "is blank or has white space; expected an id without white space for the TREC run");
    }
  }

  /**
   * Writes the results as lines of a TREC run. The score is the number of results from this one on:
   * trec_eval orders by score, then by id, so the model's own scores could change the order of
   * equal results.
   */
  private static String run(String queryId, Ranking ranking) {
    StringBuilder run = new StringBuilder();
    for (RankedCandidate hit : ranking.results()) {
      run.append(queryId).append(" Q0 ").append(hit.id()).append(' ').append(hit.rank());
      run.append(' ').append(ranking.results().size() + 1 - hit.rank()).append(" snapranker\n");
    }
    return run.toString();
  }
}
