package dev.snapranker.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** How long each part of a start took, in the order of their ends. Used by one thread at a time. */
public final class Startup {
  /** The part in which the bundles are read. */
  public static final String MODEL_FILES = "model files";

  private final Map<String, Long> nanosByPart = new LinkedHashMap<>();
  private long modelBytes;

  /** Notes a model's size. */
  public void read(long bytes) {
    modelBytes += bytes;
  }

  /** The models' size; 0 before it is known. */
  public long modelBytes() {
    return modelBytes;
  }

  /** Does one part and notes its time, beside what it took before. */
  public <T> T time(String part, Supplier<T> work) {
    long started = System.nanoTime();
    T result = work.get();
    nanosByPart.merge(part, System.nanoTime() - started, Long::sum);
    return result;
  }

  /** Does one part that has no result. */
  public void time(String part, Runnable work) {
    time(
        part,
        () -> {
          work.run();
          return part;
        });
  }

  /** Wall time by part. */
  public Map<String, Double> millisByPart() {
    Map<String, Double> millis = new LinkedHashMap<>();
    nanosByPart.forEach((part, nanos) -> millis.put(part, Math.round(nanos / 1e4) / 1e2));
    return millis;
  }
}
