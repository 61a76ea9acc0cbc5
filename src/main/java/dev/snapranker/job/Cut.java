package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;

/** How an input is split into shards. */
public sealed interface Cut {
  /** The shards' names have four digits. */
  int MOST_SHARDS = 9999;

  /** How many shards there may be, for an input of so many lines. */
  int most(long totalLines);

  /**
   * Shards of about the same size.
   *
   * @param count fewer if there are fewer lines
   */
  record IntoShards(int count) implements Cut {
    public IntoShards {
      if (count < 1 || count > MOST_SHARDS) {
        throw new RerankException(
            Reason.OUT_OF_RANGE, "--split", "is %d; expected 1..%d".formatted(count, MOST_SHARDS));
      }
    }

    @Override
    public int most(long totalLines) {
      return count;
    }
  }

  /**
   * Shards of the same number of lines; the last one may have fewer.
   *
   * @param lines of a shard
   */
  record EveryLines(long lines) implements Cut {
    public EveryLines {
      if (lines < 1) {
        throw new RerankException(
            Reason.OUT_OF_RANGE, "--shard-lines", "is %d; expected 1 or more".formatted(lines));
      }
    }

    @Override
    public int most(long totalLines) {
      long shards = Math.ceilDiv(totalLines, lines);
      if (shards > MOST_SHARDS) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            "--shard-lines",
            "is %d, which gives %d shards of %d lines; expected at most %d shards, so %d or more"
                .formatted(
                    lines, shards, totalLines, MOST_SHARDS, Math.ceilDiv(totalLines, MOST_SHARDS)));
      }
      return (int) shards;
    }
  }
}
