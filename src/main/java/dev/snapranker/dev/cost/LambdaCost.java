package dev.snapranker.dev.cost;

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
  /** {@code MemorySize} in template.yaml. */
  static final int DEFAULT_MEGABYTES = 3008;

  /** One to five vCPUs, the template's default, and the most there is. */
  private static final List<Integer> MEMORIES =
      List.of(1769, DEFAULT_MEGABYTES, 3538, 5307, 7076, 8845, 10_240);

  static List<LambdaCost> of(double cpuMillis) {
    return MEMORIES.stream().map(megabytes -> of(megabytes, cpuMillis)).toList();
  }

  static LambdaCost of(int megabytes, double cpuMillis) {
    return new LambdaCost(megabytes, cpuMillis / vcpus(megabytes));
  }

  double vcpus() {
    return vcpus(megabytes);
  }

  double gbSeconds() {
    return Math.ceil(millis) / 1000 * megabytes / 1024;
  }

  /** Of the function alone, with Lambda's charge for each request. */
  double dollarsPerMillion(Price gbSecond) {
    return 1_000_000 * gbSeconds() * gbSecond.dollars() + Price.LAMBDA_REQUEST.dollars();
  }

  private static double vcpus(int megabytes) {
    return (double) megabytes / Platform.MEGABYTES_PER_VCPU;
  }
}
