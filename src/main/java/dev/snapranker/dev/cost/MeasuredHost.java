package dev.snapranker.dev.cost;

import java.util.List;
import java.util.Optional;

/**
 * A host on which the default model of that date was measured: {@code bench --requests} with the
 * 100 candidates of events/batch-100.json. docs/cost.md has the same table.
 *
 * @param cpuMillis processor time of one request
 */
record MeasuredHost(
    InstructionSet instructionSet, String processor, String date, double cpuMillis) {

  static final List<MeasuredHost> ALL =
      List.of(
          new MeasuredHost(InstructionSet.AVX2, "AMD EPYC (Zen 3)", "2026-11-28", 1697),
          new MeasuredHost(InstructionSet.AVX512_VNNI, "AMD EPYC (Zen 5)", "2026-11-29", 425),
          new MeasuredHost(InstructionSet.AMX, "Intel Xeon (Sapphire Rapids)", "2026-11-25", 515));

  static Optional<MeasuredHost> with(InstructionSet set) {
    return ALL.stream().filter(host -> host.instructionSet() == set).findFirst();
  }
}
