package dev.snapranker.dev.cost;

/**
 * What a thousand requests take and cost in Lambda, from the processor time that was measured on a
 * host with VNNI. The other instruction sets are calculated as {@code docs/cost.md} says. The
 * function's memory does not matter: with twice the memory a request takes half the time.
 *
 * @param vnniMillis processor time of one request
 */
public record CostEstimate(double vnniMillis) {
  private static final double REQUESTS = 1_000;

  /** As much slower as the default model is. */
  public double avx2Millis() {
    return vnniMillis * cpuMillis(InstructionSet.AVX2) / cpuMillis(InstructionSet.AVX512_VNNI);
  }

  public double vnniDollars() {
    return dollars(vnniMillis, Price.LAMBDA_X86_64);
  }

  public double avx2Dollars() {
    return dollars(avx2Millis(), Price.LAMBDA_X86_64);
  }

  /** If Arm took the time of AVX2, which has not been measured. */
  public double arm64Dollars() {
    return dollars(avx2Millis(), Price.LAMBDA_ARM64);
  }

  private static double dollars(double cpuMillis, Price gbSecond) {
    LambdaCost cost = LambdaCost.of(LambdaCost.DEFAULT_MEGABYTES, cpuMillis);
    return cost.dollarsPerMillion(gbSecond) * REQUESTS / 1_000_000;
  }

  private static double cpuMillis(InstructionSet set) {
    return MeasuredHost.with(set).orElseThrow().cpuMillis();
  }
}
