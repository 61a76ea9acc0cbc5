package dev.snapranker.dev.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The measured times of one contestant or event. */
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
   * @param processorNanos the processor time of all threads of the process
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

  /**
   * The percentile by nearest rank: the shortest time that this share of the requests stays within.
   */
  public double percentileMillis(double share) {
    Collections.sort(nanos);
    int rank = (int) Math.ceil(share * nanos.size());
    return nanos.get(Math.max(rank, 1) - 1) / 1e6;
  }
}
