package dev.snapranker.dev.cost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine that measures.
 *
 * @param processor its name
 * @param processors how many this process may use
 */
public record Host(String processor, int processors, InstructionSet instructionSet) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  public static Host here() {
    int processors = Runtime.getRuntime().availableProcessors();
    String architecture = System.getProperty("os.arch");
    try {
      return of(Files.readString(CPU_INFO), architecture, processors);
    } catch (IOException e) { // not Linux
      return of("", architecture, processors);
    }
  }

  /**
   * From what Linux says of its first processor.
   *
   * @param cpuInfo the content of {@code /proc/cpuinfo}; empty if there is none
   * @param architecture the processor's name if Linux gives none, as on Arm
   */
  static Host of(String cpuInfo, String architecture, int processors) {
    String flags = value(cpuInfo, "flags|Features", "");
    return new Host(
        value(cpuInfo, "model name", architecture),
        processors,
        InstructionSet.of(Set.copyOf(List.of(flags.split("\\s+", -1)))));
  }

  private static String value(String cpuInfo, String names, String otherwise) {
    Matcher line =
        Pattern.compile("^(?:" + names + ")\\s*:\\s*(.*\\S)\\s*$", Pattern.MULTILINE)
            .matcher(cpuInfo);
    return line.find() ? line.group(1) : otherwise;
  }
}
