package dev.snapranker.boot;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Lambda reports about itself in environment variables that it reserves.
 *
 * @param functionName null outside of Lambda
 * @param memoryMegabytes the function's memory; null outside of Lambda
 * @param snapStart whether this start ends in a snapshot
 */
public record Platform(
    @Nullable String functionName, @Nullable Integer memoryMegabytes, boolean snapStart) {

  /** The memory for which Lambda gives one vCPU ("Configure Lambda function memory"). */
  public static final int MEGABYTES_PER_VCPU = 1769;

  static Platform from(Map<String, String> environment) {
    String memory = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
    return new Platform(
        environment.get("AWS_LAMBDA_FUNCTION_NAME"),
        memory == null ? null : Integer.valueOf(memory),
        "snap-start".equals(environment.get("AWS_LAMBDA_INITIALIZATION_TYPE")));
  }

  /**
   * How many documents can be scored at once. In Lambda the memory decides it: a snapshot may be
   * taken on a host with more processors than the one where it is restored.
   */
  int processors() {
    return memoryMegabytes == null
        ? Runtime.getRuntime().availableProcessors()
        : Math.ceilDiv(memoryMegabytes, MEGABYTES_PER_VCPU);
  }
}
