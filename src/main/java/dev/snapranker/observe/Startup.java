package dev.snapranker.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Measures the parts of a start, in the order in which they finish. Not thread-safe. */
public final class Startup {
  /** The name of the part that reads the bundles. */
  public static final String MODEL_FILES = "model files";

  private final Map<String, Long> nanosByPart = new LinkedHashMap<>();
  private long modelBytes;

  /** Adds a model's size. */
  public void addModelBytes(long bytes) {
    modelBytes += bytes;
  }

  /** The size of all models; 0 before it is known. */
  public long modelBytes() {
    return modelBytes;
  }

  /** Runs one part and adds its time to earlier times of this part. */
  public <T extends @Nullable Object> T time(String part, Supplier<T> work) {
    long started = System.nanoTime();
    T result = work.get();
    nanosByPart.merge(part, System.nanoTime() - started, Long::sum);
    return result;
  }

  /** Runs one part without a result. */
  public void time(String part, Runnable work) {
    time(
        part,
        () -> {
          work.run();
          return part;
        });
  }

  /** The wall time of each part. */
  public Map<String, Double> millisByPart() {
    Map<String, Double> millis = new LinkedHashMap<>();
    nanosByPart.forEach((part, nanos) -> millis.put(part, Math.round(nanos / 1e4) / 1e2));
    return millis;
  }
}
