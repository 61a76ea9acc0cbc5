package dev.snapranker.dev.cost;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostTest {
  @ParameterizedTest
  @CsvSource({
    "fpu sse2 avx2 fma, AVX2",
    "fpu avx2 avx512f avx512bw, AVX512",
    "fpu avx2 avx512f avx512bw avx512_vnni, AVX512_VNNI",
    "fpu avx2 avx_vnni, AVX_VNNI",
    "avx2 avx512bw avx512_vnni avx_vnni amx_tile amx_int8, AMX",
    "fpu sse2, UNKNOWN",
  })
  void anX86ProcessorHasTheBestSetOfItsFlags(String flags, InstructionSet set) {
    Host host =
        Host.of(
            "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz \nflags\t\t: %s\n\n".formatted(flags),
            "amd64",
            2);
    assertThat(host).isEqualTo(new Host("Some CPU @ 2 GHz", 2, set));
  }

  @Test
  void anArmProcessorHasNoNameInLinux() {
    String cpuInfo = "processor\t: 0\nFeatures\t: fp asimd aes asimddp\nCPU part\t: 0xd0c\n";
    assertThat(Host.of(cpuInfo, "aarch64", 4))
        .isEqualTo(new Host("aarch64", 4, InstructionSet.ARM_DOT));
    assertThat(Host.of(cpuInfo.replace("asimddp", ""), "aarch64", 4).instructionSet())
        .isEqualTo(InstructionSet.ARM);
  }

  @Test
  void otherSystemsSayNothing() {
    assertThat(Host.of("", "aarch64", 8)).isEqualTo(new Host("aarch64", 8, InstructionSet.UNKNOWN));
  }
}
