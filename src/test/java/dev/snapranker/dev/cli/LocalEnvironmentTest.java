package dev.snapranker.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.boot.Settings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalEnvironmentTest {

  @Test
  void aVariableThatIsSetButEmptyIsUnset() {
    Settings unset = LocalEnvironment.settings(Path.of(""), Map.of());
    Settings empty =
        LocalEnvironment.settings(Path.of(""), Map.of("MODEL_DIR", "", "NATIVE_DIR", " "));
    assertThat(empty.modelDir()).isEqualTo(unset.modelDir()).isDirectory();
    assertThat(empty.nativeDir()).isEqualTo(unset.nativeDir());
  }
}
