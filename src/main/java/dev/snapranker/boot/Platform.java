package dev.snapranker.boot;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties of the Lambda function, from the environment variables that Lambda sets.
 *
 * @param functionName the function's name; null outside of Lambda
 * @param memoryMegabytes the function's memory; null outside of Lambda
 * @param snapStart whether Lambda takes a snapshot after this start
 * @param invokeEndpoint the address of an Invoke API on this machine; null for Lambda's own
 */
public record Platform(
    @Nullable String functionName,
    @Nullable Integer memoryMegabytes,
    boolean snapStart,
    @Nullable URI invokeEndpoint) {
  /** As the AWS SDK reads it, too. */
  public static final String INVOKE_ENDPOINT = "AWS_ENDPOINT_URL_LAMBDA";

  /** Lambda gives one vCPU for this much memory ("Configure Lambda function memory"). */
  public static final int MEGABYTES_PER_VCPU = 1769;

  static Platform from(Map<String, String> environment) {
    String memory = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
    return new Platform(
        environment.get("AWS_LAMBDA_FUNCTION_NAME"),
        memory == null ? null : Integer.valueOf(memory),
        "snap-start".equals(environment.get("AWS_LAMBDA_INITIALIZATION_TYPE")),
        loopback(environment.get(INVOKE_ENDPOINT)));
  }

  /** Any other endpoint, for example of a VPC, is the SDK's affair. */
  private static @Nullable URI loopback(@Nullable String endpoint) {
    return endpoint != null && endpoint.startsWith("http://127.0.0.1:")
        ? URI.create(endpoint)
        : null;
  }

  /**
   * How many documents can be scored at the same time. In Lambda this depends on the memory,
   * because the host of the snapshot may have more processors than the host of the restore.
   */
  int processors() {
    return memoryMegabytes == null
        ? Runtime.getRuntime().availableProcessors()
        : Math.ceilDiv(memoryMegabytes, MEGABYTES_PER_VCPU);
  }
}
