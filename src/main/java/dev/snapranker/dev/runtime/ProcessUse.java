package dev.snapranker.dev.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a running process on Linux has used so far.
 *
 * @param cpuNanos the processor time of all its threads, in steps of 10 ms
 * @param peakBytes the most memory that was resident at one time
 */
record ProcessUse(long cpuNanos, long peakBytes) {
  private static final String PEAK = "VmHWM:";

  static ProcessUse of(ProcessHandle process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    long peakKilobytes =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith(PEAK))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow(() -> new IOException(status + " has no line " + PEAK));
    long cpuNanos = process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    return new ProcessUse(cpuNanos, peakKilobytes << 10);
  }
}
