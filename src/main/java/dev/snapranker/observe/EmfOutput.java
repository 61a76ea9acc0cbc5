package dev.snapranker.observe;

import java.util.concurrent.CompletableFuture;
import software.amazon.cloudwatchlogs.emf.environment.Environment;
import software.amazon.cloudwatchlogs.emf.environment.EnvironmentProvider;
import software.amazon.cloudwatchlogs.emf.environment.LambdaEnvironment;
import software.amazon.cloudwatchlogs.emf.sinks.ISink;

/**
 * Where the library's records go, in Lambda's way. Left to itself, the library asks EC2's metadata
 * service where it runs.
 */
final class EmfOutput extends EnvironmentProvider {
  private final CompletableFuture<Environment> environment;

  EmfOutput(ISink sink) {
    this.environment =
        CompletableFuture.completedFuture(
            new LambdaEnvironment() {
              @Override
              public ISink getSink() {
                return sink;
              }
            });
  }

  @Override
  public CompletableFuture<Environment> resolveEnvironment() {
    return environment;
  }
}
