package dev.snapranker.rank.scoring;

import dev.snapranker.api.FanOutUsage;

/** Opens what a tally has counted to tests of other packages. */
public final class FanOutTallies {
  private FanOutTallies() {}

  public static FanOutUsage usage(FanOutTally tally) {
    return tally.usage();
  }
}
