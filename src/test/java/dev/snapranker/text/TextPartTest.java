package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextPartTest {

  @Test
  void aShortTextIsReadAsItIs() {
    assertThat(TextPart.of(" abc ", 5, false)).isEqualTo(new TextPart(" abc ", 0, true));
  }

  @Test
  void aLongTextIsReadFromItsBeginningOrItsEnd() {
    assertThat(TextPart.of("abcdef", 4, false)).isEqualTo(new TextPart("abcd", 0, false));
    assertThat(TextPart.of("🍎bcdef", 4, true)).isEqualTo(new TextPart("cdef", 2, false));
  }

  @Test
  void noPairOfSurrogatesIsSplit() {
    assertThat(TextPart.of("abc🍎def", 4, false)).isEqualTo(new TextPart("abc", 0, false));
    assertThat(TextPart.of("abc🍎def", 4, true)).isEqualTo(new TextPart("def", 4, false));
  }

  @Test
  void invisibleCharactersAroundATextDoNotCount() {
    assertThat(TextPart.of("  \u200babc   ", 4, false)).isEqualTo(new TextPart("abc", 3, true));
    assertThat(TextPart.of("  abcdef  ", 4, true)).isEqualTo(new TextPart("cdef", 4, false));
    assertThat(TextPart.of(" ".repeat(9), 4, true)).isEqualTo(new TextPart("", 9, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " \t\r\n", "\u00a0", "\u200b\u200d\ufeff", "\u0301", "\ufffd", "\ue000"})
  void aTextWithoutAVisibleCharacterIsBlank(String text) {
    assertThat(TextPart.of(text, 10, false).isBlank()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " . ", "\u00a0é", "🍎", "中", "\u200b7"})
  void anyOtherIsNot(String text) {
    assertThat(TextPart.of(text, 10, false).isBlank()).isFalse();
  }
}
