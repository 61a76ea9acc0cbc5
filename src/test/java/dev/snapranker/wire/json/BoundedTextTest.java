package dev.snapranker.wire.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "ascii", "\u007f\u0080", "\u07ff\u0800", "\uffff", "\ud83d\udc69é"})
  void aTextOfExactlyTheLimitInUtf8IsAccepted(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    BoundedText fits = new BoundedText(bytes);
    assertThatCode(() -> fits.write(text)).doesNotThrowAnyException();
    assertThat(fits).hasToString(text);
    assertThatThrownBy(() -> fits.write("x")).isInstanceOf(BoundedText.FullException.class);
    assertThat(fits).hasToString(text);
  }
}
