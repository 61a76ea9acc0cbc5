package dev.snapranker.dev.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The times of one contestant. */
public final class Measurement {
  private final String name;
  private final List<Long> nanos = new ArrayList<>(); // per request
  private long cpuNanos; // of all requests

  public Measurement(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  public void add(long requestNanos) {
    add(requestNanos, 0);
  }

  /**
   * Adds one request.
   *
   * @param processorNanos of all threads of the process
   */
  public void add(long requestNanos, long processorNanos) {
    nanos.add(requestNanos);
    cpuNanos += processorNanos;
  }

  public double meanCpuMillis() {
    return cpuNanos / 1e6 / nanos.size();
  }

  public int count() {
    return nanos.size();
  }

  public double seconds() {
    return nanos.stream().mapToLong(Long::longValue).sum() / 1e9;
  }

  /** Nearest rank: the least time that the given share of the requests did not exceed. */
  public double percentileMillis(double share) {
    Collections.sort(nanos);
    int rank = (int) Math.ceil(share * nanos.size());
    return nanos.get(Math.max(rank, 1) - 1) / 1e6;
  }
}
