package dev.snapranker.observe;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes records for the operator. Thread-safe. */
public interface Telemetry {

  /** Writes nothing. */
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
   * The telemetry of a function.
   *
   * @param namespace the namespace of the metrics; null for no records
   * @param function the function's name; null outside of Lambda
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

  /** Telemetry that does the same work but writes no record, for rehearsals. */
  Telemetry rehearsal();

  /** Records that an environment is ready, or that its snapshot is about to be taken. */
  void started(Startup startup);

  /** Records an answered call. */
  void served(CallRecord call);

  /** Records a job's progress. */
  void worked(JobWork work);
}
