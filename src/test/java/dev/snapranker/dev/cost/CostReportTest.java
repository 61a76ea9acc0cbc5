package dev.snapranker.dev.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CostReportTest {
  @Test
  void aFastHostsTimeIsTheLowEndOfARangeThatStartsWithAvx2() {
    String report = report(InstructionSet.AVX512_VNNI, 425);
    assertThat(report)
        .contains("This host: A, 2 processors, instruction set: VNNI.")
        .containsPattern("AVX2 +1,697\\.0  calculated: 4\\.0 times what is measured here")
        .containsPattern("VNNI +425\\.0  measured here")
        .containsPattern("Arm with dot products +-  not measured");
    assertThat(report.indexOf("AVX2 ms")).isPositive().isLessThan(report.indexOf("VNNI ms"));
    // 1,697 ms / 1.70 vCPU = 998.03 ms, 999 billed × 2.9375 GB × $16.6667 + $0.20
    assertThat(report).containsPattern("3008 +1\\.70 +998 +49\\.11 +250 +12\\.44 +39\\.33\n");
  }

  @Test
  void aSlowHostsTimeIsTheHighEnd() {
    assertThat(report(InstructionSet.AVX2, 1697))
        .containsPattern("AVX2 +1,697\\.0  measured here")
        .containsPattern("VNNI +425\\.0  calculated: 0\\.3 times");
  }

  @Test
  void whereNoHostCanBeComparedNothingIsCalculated() {
    assertThat(report(InstructionSet.AVX512, 500))
        .containsPattern("AVX2 +-  not calculated")
        .containsPattern("AVX-512 without VNNI +500\\.0  measured here");
  }

  @Test
  void anArmHostIsPricedAsArm() {
    // 1,769 MB: 0.5 s × 1.7275 GB × $13.3334 + $0.20
    assertThat(report(InstructionSet.ARM_DOT, 500))
        .containsPattern("1769 +1\\.00 +500 +11\\.72\n")
        .doesNotContain("(?)");
  }

  @ParameterizedTest
  @EnumSource
  void everyHostGetsATableAndAMonth(InstructionSet set) {
    assertThat(report(set, 100)).contains("measured here").containsPattern("together +\\d");
  }

  private static String report(InstructionSet set, double cpuMillis) {
    StringWriter out = new StringWriter();
    new CostReport(new Host("A", 2, set), cpuMillis).print(new PrintWriter(out, true));
    return out.toString();
  }
}
