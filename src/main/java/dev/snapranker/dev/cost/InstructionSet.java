package dev.snapranker.dev.cost;

import java.util.List;
import java.util.Set;

/**
 * What decides how fast int8 products are: ONNX Runtime has kernels for each of these and takes the
 * best that the processor reports. It reads the processor itself and has no setting to take less.
 */
public enum InstructionSet {
  AMX("AMX", "amx_tile amx_int8"),
  AVX512_VNNI("VNNI", "avx512bw avx512_vnni"),
  AVX_VNNI("VNNI of 256 bits", "avx2 avx_vnni"),
  AVX512("AVX-512 without VNNI", "avx512bw"),
  AVX2("AVX2", "avx2"),
  ARM_DOT("Arm with dot products", "asimddp"),
  ARM("Arm", "asimd"),
  UNKNOWN("not known here", "?");

  private final String label;
  private final String flags; // as Linux names them

  InstructionSet(String label, String flags) {
    this.label = label;
    this.flags = flags;
  }

  String label() {
    return label;
  }

  boolean isArm() {
    return this == ARM_DOT || this == ARM;
  }

  /** The best set whose flags a processor has. */
  static InstructionSet of(Set<String> flags) {
    for (InstructionSet set : values()) {
      if (flags.containsAll(List.of(set.flags.split(" ", -1)))) {
        return set;
      }
    }
    return UNKNOWN;
  }
}
