package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Usage;
import dev.snapranker.rank.Reranker;
import dev.snapranker.wire.dialect.LineJson;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One line to its results, or to an error that says what is wrong with it. */
public final class LineRanker {
  private static final Usage NOTHING = new Usage(0, 0, 0, List.of(), null);

  private final Reranker reranker;
  private final LineJson lineJson;
  private final Limits limits;
  private final boolean trec;
  private final BiConsumer<Long, RuntimeException> defects;

  /**
   * A ranker of the lines of one job.
   *
   * @param trec whether a TREC run is written, too
   * @param defects is told of failures that are ours, with the line's number
   */
  public LineRanker(
      Reranker reranker,
      LineJson lineJson,
      Limits limits,
      boolean trec,
      BiConsumer<Long, RuntimeException> defects) {
    this.reranker = reranker;
    this.lineJson = lineJson;
    this.limits = limits;
    this.trec = trec;
    this.defects = defects;
  }

  /**
   * Ranks one line.
   *
   * @throws RerankException if time runs out
   */
  public Written rank(LineReader.Line line, Deadline deadline) {
    LineJson.@Nullable Line parsed = null;
    try {
      if (line.bytes() == null) {
        limits.checkPayload(Integer.MAX_VALUE);
      }
      parsed = lineJson.parse(Objects.requireNonNull(line.bytes()));
      RerankRequest request = lineJson.request(parsed);
      String id = Objects.requireNonNullElse(parsed.queryId(), Long.toString(line.number()));
      if (trec) {
        requireRunIds(id, request);
      }
      Ranking ranking = reranker.rank(request, deadline);
      if (deadline.passed()) { // something may have been left out
        throw new RerankException(Reason.TIMED_OUT, "time ran out");
      }
      return new Written(
          line.number(),
          line.digest(),
          LineJson.result(line.number(), parsed, request, ranking) + "\n",
          trec ? run(id, ranking) : "",
          ranking.usage(),
          false);
    } catch (RerankException e) {
      if (e.reason() == Reason.TIMED_OUT) {
        throw e;
      }
      return bad(line, parsed, e);
    } catch (RuntimeException e) {
      defects.accept(line.number(), e);
      return bad(
          line,
          parsed,
          new RerankException(
              Reason.INTERNAL, "an error inside the function; its log has the place"));
    }
  }

  /** The error of a line that is ranked in no call's time. */
  Written late(LineReader.Line line) {
    RerankException late =
        new RerankException(
            Reason.TIMED_OUT,
            "its ranking takes longer than a call of the function lasts; send fewer or shorter"
                + " candidates");
    try {
      return bad(line, lineJson.parse(Objects.requireNonNull(line.bytes())), late);
    } catch (RerankException e) {
      return bad(line, null, late);
    }
  }

  /** An error in the place of the line's results. */
  private static Written bad(
      LineReader.Line line, LineJson.@Nullable Line parsed, RerankException e) {
    String error = LineJson.error(line.number(), parsed, e) + "\n";
    return new Written(line.number(), line.digest(), error, "", NOTHING, true);
  }

  /** A TREC run's fields are parted by white space. */
  private static void requireRunIds(String queryId, RerankRequest request) {
    requireRunId("query_id", queryId);
    for (int i = 0; i < request.candidates().size(); i++) {
      requireRunId("candidates[" + i + "].id", request.candidates().get(i).id());
    }
  }

  private static void requireRunId(String field, String id) {
    if (id.isEmpty() || id.chars().anyMatch(Character::isWhitespace)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, field, "is blank or has white space, which a TREC run cannot hold");
    }
  }

  /**
   * The score is the number of results from here on: trec_eval orders by it, and puts equal ones by
   * id, where two scores may be equal and the places are not.
   */
  private static String run(String queryId, Ranking ranking) {
    StringBuilder run = new StringBuilder();
    for (Ranked hit : ranking.results()) {
      run.append(queryId).append(" Q0 ").append(hit.id()).append(' ').append(hit.rank());
      run.append(' ').append(ranking.results().size() + 1 - hit.rank()).append(" snapranker\n");
    }
    return run.toString();
  }
}
