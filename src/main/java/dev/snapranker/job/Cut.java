package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;

/** How an input is split into shards. */
public sealed interface Cut {
  /** The shards' names have four digits. */
  int MOST_SHARDS = 9999;

  /** How many shards there may be. */
  int most(InputSize input);

  /**
   * Whether the shard ends after the line that was read last.
   *
   * @param shard its number, from 1 on
   * @param read the lines so far
   */
  boolean endsAfter(InputSize read, int shard, InputSize input);

  /**
   * Shards of about the same size.
   *
   * @param count fewer if there are fewer lines
   */
  record IntoShards(int count) implements Cut {
    @Override
    public int most(InputSize input) {
      return count;
    }

    @Override
    public boolean endsAfter(InputSize read, int shard, InputSize input) {
      return read.bytes() >= input.bytes() * shard / count;
    }
  }

  /**
   * Shards of the same number of lines; the last one may have fewer.
   *
   * @param lines of a shard
   */
  record EveryLines(int lines) implements Cut {
    @Override
    public int most(InputSize input) {
      long shards = Math.ceilDiv(input.lines(), lines);
      if (shards > MOST_SHARDS) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            "--shard-lines",
            "is %d, which gives %d shards of %d lines; expected at most %d shards, so %d or more"
                .formatted(
                    lines,
                    shards,
                    input.lines(),
                    MOST_SHARDS,
                    Math.ceilDiv(input.lines(), MOST_SHARDS)));
      }
      return (int) shards;
    }

    @Override
    public boolean endsAfter(InputSize read, int shard, InputSize input) {
      return read.lines() % lines == 0 || read.lines() == input.lines();
    }
  }
}
