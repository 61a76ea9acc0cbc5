package dev.snapranker.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FieldPathTest {

  @Test
  void aPathReadsFromTheOutsideIn() {
    assertThat(FieldPath.of("fusion").field("weight")).hasToString("fusion.weight");
    assertThat(FieldPath.candidate(17).field("text")).hasToString("candidates[17].text");
    assertThat(FieldPath.REQUEST.at(0).at(1)).hasToString("[0][1]");
    assertThat(FieldPath.REQUEST).hasToString("");
  }

  @Test
  void aPathWithinAnotherFollowsIt() {
    FieldPath entry = FieldPath.of("requests").at(2);
    assertThat(FieldPath.candidate(0).within(entry))
        .isEqualTo(entry.field("candidates").at(0))
        .hasToString("requests[2].candidates[0]");
  }
}
