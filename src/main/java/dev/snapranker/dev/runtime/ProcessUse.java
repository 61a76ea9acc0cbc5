package dev.snapranker.dev.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What a running process has used so far.
 *
 * @param cpuNanos the processor time of all its threads, in steps of 10 ms
 * @param peakBytes the most memory that was resident at one time; empty if the system does not say
 *     it
 */
record ProcessUse(long cpuNanos, OptionalLong peakBytes) {

  static ProcessUse of(ProcessHandle process) {
    long cpuNanos = process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    return new ProcessUse(cpuNanos, peakBytes(process));
  }

  private static OptionalLong peakBytes(ProcessHandle process) {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    } catch (IOException e) { // not Linux
      return OptionalLong.empty();
    }
  }
}
