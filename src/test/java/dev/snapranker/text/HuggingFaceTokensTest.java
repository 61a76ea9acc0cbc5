package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.model.InvalidBundleException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceTokensTest {

  @ParameterizedTest
  @ValueSource(strings = {"{}", "null", "", "{\"model\": {\"type\": \"none\"}}"})
  void anInvalidTokenizerIsReportedWithItsFile(String json) {
    assertThatThrownBy(() -> new HuggingFaceTokens(json))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith("tokenizer.json cannot be loaded as a tokenizer: ");
  }
}
