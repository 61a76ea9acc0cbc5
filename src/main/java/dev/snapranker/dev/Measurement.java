package dev.snapranker.dev;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The times of one contestant. */
final class Measurement {
  private final String name;
  private final List<Long> nanos = new ArrayList<>(); // per request
  private long cpuNanos; // of all requests

  Measurement(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  void add(long requestNanos) {
    add(requestNanos, 0);
  }

  /**
   * @param processorNanos of all threads of the process
   */
  void add(long requestNanos, long processorNanos) {
    nanos.add(requestNanos);
    cpuNanos += processorNanos;
  }

  double meanCpuMillis() {
    return cpuNanos / 1e6 / nanos.size();
  }

  int count() {
    return nanos.size();
  }

  double seconds() {
    return nanos.stream().mapToLong(Long::longValue).sum() / 1e9;
  }

  /** Nearest rank: the least time that the given share of the requests did not exceed. */
  double percentileMillis(double share) {
    Collections.sort(nanos);
    int rank = (int) Math.ceil(share * nanos.size());
    return nanos.get(Math.max(rank, 1) - 1) / 1e6;
  }
}
