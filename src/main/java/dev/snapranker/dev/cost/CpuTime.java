package dev.snapranker.dev.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The processor time of a request on hosts with one instruction set.
 *
 * @param millis null if it is not known
 * @param basis how it is known
 */
record CpuTime(InstructionSet instructionSet, @Nullable Double millis, String basis) {
  static final String HERE = "measured here";

  /** The least that Lambda promises for x86_64, then what a caller may be lucky to get. */
  private static final List<InstructionSet> IN_LAMBDA =
      List.of(InstructionSet.AVX2, InstructionSet.AVX512_VNNI);

  /** AVX2 first; this host's own set and Arm are always there. */
  static List<CpuTime> range(InstructionSet here, double millisHere) {
    List<CpuTime> range = new ArrayList<>();
    for (InstructionSet set : IN_LAMBDA) {
      range.add(set == here ? measured(here, millisHere) : calculated(set, here, millisHere));
    }
    if (!IN_LAMBDA.contains(here)) {
      range.add(measured(here, millisHere));
    }
    if (!here.isArm()) {
      range.add(new CpuTime(InstructionSet.ARM_DOT, null, "not measured on a real processor"));
    }
    return range;
  }

  private static CpuTime measured(InstructionSet here, double millisHere) {
    return new CpuTime(here, millisHere, HERE);
  }

  /** As much slower or faster as measured hosts are with the default model. */
  private static CpuTime calculated(InstructionSet set, InstructionSet here, double millisHere) {
    Optional<MeasuredHost> wanted = MeasuredHost.with(set);
    Optional<MeasuredHost> known = MeasuredHost.with(here);
    if (wanted.isEmpty() || known.isEmpty()) {
      return new CpuTime(
          set, null, "not calculated: docs/cost.md has no host to compare this one with");
    }
    double ratio = wanted.get().cpuMillis() / known.get().cpuMillis();
    return new CpuTime(
        set,
        millisHere * ratio,
        "calculated: %.1f times what is measured here, as %s : %s in docs/cost.md"
            .formatted(ratio, wanted.get().processor(), known.get().processor()));
  }
}
