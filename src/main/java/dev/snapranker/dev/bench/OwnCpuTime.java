package dev.snapranker.dev.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The processor time of this process. */
final class OwnCpuTime {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private OwnCpuTime() {}

  /** Of all threads so far. */
  static long nanos() {
    return SYSTEM.getProcessCpuTime();
  }
}
