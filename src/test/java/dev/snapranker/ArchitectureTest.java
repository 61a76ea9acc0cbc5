package dev.snapranker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which package may import which, and where third-party code is confined. */
class ArchitectureTest {
  private static final String ROOT = "dev.snapranker.";
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.snapranker");

  @Test
  void importsPointOnlyLeftwards() {
    var rule = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String name :
        List.of(
            "api", "store", "model", "text", "score", "rank", "wire", "observe", "boot", "lambda",
            "job", "dev")) {
      rule = rule.layer(name).definedBy(ROOT + name);
    }
    rule.whereLayer("api")
        .mayNotAccessAnyLayer()
        .whereLayer("store")
        .mayNotAccessAnyLayer()
        .whereLayer("model")
        .mayOnlyAccessLayers("api", "store")
        .whereLayer("text")
        .mayOnlyAccessLayers("api", "model")
        .whereLayer("score")
        .mayOnlyAccessLayers("api", "model", "text")
        .whereLayer("rank")
        .mayOnlyAccessLayers("api", "model", "text", "score")
        .whereLayer("wire")
        .mayOnlyAccessLayers("api")
        .whereLayer("observe")
        .mayOnlyAccessLayers("api")
        .whereLayer("boot")
        .mayOnlyAccessLayers("api", "store", "model", "text", "score", "rank", "wire", "observe")
        .whereLayer("lambda")
        .mayOnlyAccessLayers("api", "model", "text", "score", "rank", "wire", "observe", "boot")
        .whereLayer("job")
        .mayOnlyAccessLayers("api", "store", "rank", "wire", "observe", "model", "boot")
        .check(PRODUCT);
  }

  @Test
  void everyPackageIsPartOfTheMap() {
    classes()
        .should()
        .resideInAnyPackage(
            ROOT + "api",
            ROOT + "store",
            ROOT + "model",
            ROOT + "text",
            ROOT + "score",
            ROOT + "rank",
            ROOT + "wire",
            ROOT + "observe",
            ROOT + "boot",
            ROOT + "lambda",
            ROOT + "job",
            ROOT + "dev",
            "dev.snapranker")
        .check(PRODUCT);
  }

  @Test
  void thirdPartyCodeIsConfined() {
    confined("ai.djl..", "text");
    confined("ai.onnxruntime..", "score");
    confined("com.amazonaws..", "lambda", "job", "dev");
    confined("com.fasterxml.jackson..", "wire", "model", "observe", "job", "dev");
    confined("org.crac..", "lambda");
    confined("software.amazon.awssdk..", "store", "dev");
    confined("software.amazon.lambda.powertools..", "observe");
    confined("software.amazon.cloudwatchlogs..", "observe");
    confined("picocli..", "dev");
    confined("org.eclipse.jetty..", "dev");
    confined("dev.langchain4j..", "dev");
    confined("com.sun.net.httpserver..", "dev");
  }

  @Test
  void onlySettingsAndTheCommandLineReadTheEnvironment() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "dev")
        .and()
        .doNotHaveFullyQualifiedName(ROOT + "boot.Settings")
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .check(PRODUCT);
  }

  @Test
  void theDeployedPartNeverPrints() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "dev")
        .should(ACCESS_STANDARD_STREAMS)
        .check(PRODUCT);
  }

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() throws IOException {
    Path root = Path.of("src", "main", "java", "dev", "snapranker");
    try (var folders = Files.walk(root).filter(Files::isDirectory)) {
      assertThat(folders)
          .allSatisfy(folder ->
              assertThat(Files.readString(folder.resolve("package-info.java")))
                  .contains("/**")
                  .contains("@NullMarked"));
    }
  }

  private static void confined(String library, String... packages) {
    String[] allowed = new String[packages.length + 1];
    for (int i = 0; i < packages.length; i++) {
      allowed[i] = ROOT + packages[i];
    }
    allowed[packages.length] = library;
    noClasses()
        .that()
        .resideOutsideOfPackages(allowed)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(PRODUCT);
  }
}
