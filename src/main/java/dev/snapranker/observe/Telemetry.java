package dev.snapranker.observe;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where records go. Safe for use by many threads at once. */
public interface Telemetry {

  /** Nowhere. */
  Telemetry NONE =
      new Telemetry() {
        @Override
        public Telemetry rehearsal() {
          return this;
        }

        @Override
        public void started(Startup startup) {}

        @Override
        public void served(CallRecord call) {}

        @Override
        public void worked(JobWork work) {}
      };

  /**
   * That of a function.
   *
   * @param namespace of the metrics; null for no records
   * @param function its name; null outside of Lambda
   * @param model the model's id
   * @param metrics which figures are metrics
   */
  static Telemetry of(
      @Nullable String namespace, @Nullable String function, String model, Metrics metrics) {
    return namespace == null
        ? NONE
        : new EmfTelemetry(
            namespace, Objects.requireNonNullElse(function, "snapranker"), model, metrics);
  }

  /** Does the same work, and leaves no record. */
  Telemetry rehearsal();

  /** An environment is ready, or its snapshot is about to be taken. */
  void started(Startup startup);

  /** A call was answered. */
  void served(CallRecord call);

  /** A job got further. */
  void worked(JobWork work);
}
