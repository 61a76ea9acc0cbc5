package dev.snapranker.wire.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The native requests of {@code openapi.json} have the fields that are read, and no others. */
class NativeFieldsTest {

  @Test
  void theDescriptionHasTheFieldsThatAreRead() throws IOException {
    assertThat(fields("NativeRequest")).hasSameElementsAs(NativeRequestJson.REQUEST);
    assertThat(fields("NativeEntry")).hasSameElementsAs(NativeRequestJson.ENTRY);
    assertThat(fields("NativeBatchRequest")).hasSameElementsAs(NativeRequestJson.BATCH);
  }

  private static List<String> fields(String schema) throws IOException {
    JsonNode description =
        new JsonMapper()
            .readTree(Path.of("src", "main", "resources", "openapi.json").toFile())
            .path("components")
            .path("schemas")
            .path(schema)
            .path("properties");
    List<String> fields = new ArrayList<>();
    description.fieldNames().forEachRemaining(fields::add);
    return fields;
  }
}
