package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The SBOM that the build writes lists what ships, and each licence's text ships with it. */
class SbomIT {
  private static final Path LIB = Path.of("target", "function", "lib");

  /** Their text is the package's own LICENSE, or they ask for no text. */
  private static final Set<String> NO_TEXT_NEEDED = Set.of("Apache-2.0", "MIT-0");

  private static JsonNode sbom;

  @BeforeAll
  static void read() throws IOException {
    sbom = new JsonMapper().readTree(Path.of("target", "snapranker-sbom.json").toFile());
  }

  @Test
  void itListsTheShippedJarsAndNoOthers() throws IOException {
    Collection<String> shipped = new TreeSet<>();
    try (Stream<Path> jars = Files.list(LIB)) {
      jars.forEach(jar -> shipped.add(jar.getFileName().toString()));
    }
    assertThat(shipped).isNotEmpty();
    // Shipped as classes and native libraries instead.
    Collection<String> unpacked = new TreeSet<>();
    for (JsonNode component : sbom.path("components")) {
      if (!shipped.remove(jar(component))) {
        unpacked.add(component.path("name").asText());
      }
    }
    assertThat(shipped).as("shipped, but not in the SBOM").isEmpty();
    assertThat(unpacked).containsExactly("onnxruntime", "tokenizers");
  }

  @Test
  void eachLibraryHasItsLicenceAndItsChecksum() {
    assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    for (JsonNode component : sbom.path("components")) {
      assertThat(licences(component)).as(jar(component)).isNotEmpty();
      assertThat(component.path("hashes").findValuesAsText("alg"))
          .as(jar(component))
          .contains("SHA-256");
    }
  }

  @Test
  void eachLicenceThatAsksForItsTextHasItInThePackage() throws IOException {
    for (JsonNode component : sbom.path("components")) {
      String name = component.path("name").asText();
      if (!NO_TEXT_NEEDED.containsAll(licences(component)) && !bringsItsLicence(component)) {
        assertThat(Path.of("target", "classes", "META-INF", "licenses", name, "LICENSE"))
            .as("%s is under %s", name, licences(component))
            .exists();
      }
    }
    for (String ours : List.of("LICENSE", "NOTICE", "licenses/onnxruntime/ThirdPartyNotices.txt")) {
      assertThat(Path.of("target", "classes", "META-INF", ours)).exists();
    }
  }

  @Test
  void theNoticeNamesEachLibraryWithItsLicence() throws IOException {
    List<String> rows = Files.readString(Path.of("NOTICE")).lines().toList();
    for (JsonNode component : sbom.path("components")) {
      String name = nameInNotice(component);
      assertThat(rows)
          .as("a row of NOTICE with %s", name)
          .anySatisfy(row -> assertThat(row).contains(name).contains(licences(component)));
    }
  }

  /** Else their texts may be out of date. */
  @Test
  void theCopiedLicencesAreOfTheShippedVersions() throws IOException {
    String readme = Files.readString(Path.of("packaging", "licenses", "README.md"));
    for (JsonNode component : sbom.path("components")) {
      String name = component.path("name").asText();
      if (Files.exists(Path.of("packaging", "licenses", name))) {
        assertThat(readme)
            .containsPattern(
                "\\| `%s` \\|.*%1$s`? %s[^\\d.]"
                    .formatted(name, Pattern.quote(component.path("version").asText())));
      }
    }
  }

  /** Libraries of many jars have one row. */
  private static String nameInNotice(JsonNode component) {
    String name = component.path("name").asText();
    return switch (component.path("group").asText()) {
      case "software.amazon.awssdk" -> "AWS SDK for Java 2";
      case "org.apache.commons" -> "Apache Commons Lang";
      case "com.google.code.gson" -> "Gson";
      case "org.jspecify" -> "JSpecify";
      case "org.reactivestreams" -> "Reactive Streams";
      case String group when group.startsWith("com.fasterxml.jackson.") -> "Jackson";
      case String _ -> name;
    };
  }

  private static boolean bringsItsLicence(JsonNode component) throws IOException {
    Path jar = LIB.resolve(jar(component));
    if (!Files.exists(jar)) {
      return false;
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().anyMatch(entry -> entry.getName().matches("(?i)META-INF/LICEN[CS]E.*"));
    }
  }

  private static List<String> licences(JsonNode component) {
    return component.path("licenses").findValuesAsText("id");
  }

  private static String jar(JsonNode component) {
    return component.path("name").asText() + "-" + component.path("version").asText() + ".jar";
  }
}
