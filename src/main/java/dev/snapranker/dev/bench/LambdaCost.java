package dev.snapranker.dev.bench;

import dev.snapranker.boot.Platform;
import java.util.List;

/**
 * What a request would take and cost in Lambda, calculated from its processor time: as its
 * documents are scored side by side, its time is the processor time over the vCPUs.
 *
 * @param megabytes the function's memory
 * @param millis of one request
 */
record LambdaCost(int megabytes, double millis) {
  /** One to five vCPUs, and the most there is. */
  private static final List<Integer> MEMORIES = List.of(1769, 3538, 5307, 7076, 8845, 10_240);

  /** US dollars per GB-second and per request (us-east-1, November 2026). */
  private static final double ARM64_GB_SECOND = 0.0000133334;

  private static final double X86_GB_SECOND = 0.0000166667;
  private static final double REQUEST = 0.20 / 1_000_000;

  static List<LambdaCost> of(double cpuMillis) {
    return MEMORIES.stream()
        .map(megabytes -> new LambdaCost(megabytes, cpuMillis / vcpus(megabytes)))
        .toList();
  }

  double vcpus() {
    return vcpus(megabytes);
  }

  double gbSeconds() {
    return Math.ceil(millis) / 1000 * megabytes / 1024;
  }

  double arm64DollarsPerMillion() {
    return dollarsPerMillion(ARM64_GB_SECOND);
  }

  double x86DollarsPerMillion() {
    return dollarsPerMillion(X86_GB_SECOND);
  }

  private double dollarsPerMillion(double gbSecond) {
    return 1_000_000 * (gbSeconds() * gbSecond + REQUEST);
  }

  private static double vcpus(int megabytes) {
    return (double) megabytes / Platform.MEGABYTES_PER_VCPU;
  }
}
