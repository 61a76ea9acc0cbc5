package dev.snapranker.dev.bench;

import java.util.List;
import java.util.Set;

/**
 * What decides how fast int8 products are: ONNX Runtime has kernels for each of these and takes the
 * best that the processor reports. It reads the processor itself and has no setting to take less.
 */
enum InstructionSet {
  AMX("AMX", List.of("amx_tile", "amx_int8")),
  AVX512_VNNI("VNNI", List.of("avx512bw", "avx512_vnni")),
  AVX_VNNI("VNNI of 256 bits", List.of("avx2", "avx_vnni")),
  AVX512("AVX-512 without VNNI", List.of("avx512bw")),
  AVX2("AVX2", List.of("avx2")),
  ARM_DOT("Arm with dot products", List.of("asimddp")),
  ARM("Arm", List.of("asimd")),
  UNKNOWN("not known here", List.of());

  private final String label;
  private final List<String> flags; // as Linux names them

  InstructionSet(String label, List<String> flags) {
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
      if (flags.containsAll(set.flags)) {
        return set;
      }
    }
    return UNKNOWN;
  }
}
