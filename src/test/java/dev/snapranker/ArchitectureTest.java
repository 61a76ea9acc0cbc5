package dev.snapranker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may import which, and where third-party code is confined. */
class ArchitectureTest {
  private static final String ROOT = "dev.snapranker.";
  private static final List<String> DEPLOYED =
      List.of(
          "api",
          "store",
          "model",
          "text",
          "score",
          "rank.scoring",
          "rank.order",
          "rank",
          "wire.json",
          "wire.event",
          "wire.dialect",
          "observe",
          "fanout",
          "boot",
          "rehearse",
          "job",
          "lambda");
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.snapranker");

  /** What each package may import, beside itself and those below it. */
  private static final Map<String, List<String>> IMPORTS =
      Map.ofEntries(
          entry("api", List.of()),
          entry("store", List.of()),
          entry("model", List.of("api", "store")),
          entry("text", List.of("api", "model")),
          entry("score", List.of("api", "model", "text")),
          entry("rank.scoring", List.of("api", "model", "text", "score")),
          entry("rank.order", List.of("api", "model", "rank.scoring")),
          entry("rank", List.of("api", "model", "text", "score", "rank.scoring", "rank.order")),
          entry("wire.json", List.of("api")),
          entry("wire.event", List.of("api", "wire.json")),
          entry("wire.dialect", List.of("api", "wire.json", "wire.event")),
          entry("observe", List.of("api")),
          entry(
              "fanout",
              List.of("api", "model", "text", "score", "rank.scoring", "rank", "wire.json")),
          entry(
              "boot",
              List.of(
                  "api",
                  "store",
                  "model",
                  "text",
                  "score",
                  "rank.scoring",
                  "rank",
                  "wire.dialect",
                  "observe",
                  "fanout")),
          entry("rehearse", List.of("api", "model", "wire.json", "wire.event", "boot")),
          entry(
              "job", List.of("api", "store", "model", "rank", "wire.json", "wire.dialect", "boot")),
          entry(
              "lambda",
              List.of(
                  "api",
                  "store",
                  "model",
                  "rank",
                  "wire.json",
                  "wire.event",
                  "wire.dialect",
                  "observe",
                  "fanout",
                  "boot",
                  "rehearse",
                  "job")),
          entry("dev.cli", DEPLOYED),
          entry("dev.serve", with(DEPLOYED, "dev.cli", "dev.runtime")),
          entry("dev.runtime", with(DEPLOYED, "dev.cli")),
          entry("dev.collection", with(DEPLOYED, "dev.cli")),
          entry("dev.batch", with(DEPLOYED, "dev.cli", "dev.collection")),
          entry("dev.eval", with(DEPLOYED, "dev.cli", "dev.collection")),
          entry("dev.fit", with(DEPLOYED, "dev.cli", "dev.collection", "dev.eval")),
          entry("dev.cost", DEPLOYED),
          entry("dev.bench", with(DEPLOYED, "dev.cli", "dev.cost", "dev.runtime")),
          entry("dev.models", with(DEPLOYED, "dev.cli", "dev.cost")),
          entry(
              "dev",
              List.of(
                  "boot",
                  "dev.cli",
                  "dev.serve",
                  "dev.runtime",
                  "dev.batch",
                  "dev.eval",
                  "dev.fit",
                  "dev.bench",
                  "dev.models")));

  static Stream<Arguments> packages() {
    return IMPORTS.entrySet().stream().map(rule -> arguments(rule.getKey(), rule.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packages")
  void aPackageImportsOnlyWhatTheMapSays(String name, List<String> imports) {
    String[] others =
        IMPORTS.keySet().stream()
            .filter(other -> !other.equals(name) && !imports.contains(other))
            .map(other -> ROOT + other)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(ROOT + name)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .check(PRODUCT);
  }

  @Test
  void everyPackageIsPartOfTheMap() {
    classes()
        .that()
        .doNotHaveSimpleName("package-info")
        .should()
        .resideInAnyPackage(
            IMPORTS.keySet().stream().map(name -> ROOT + name).toArray(String[]::new))
        .check(PRODUCT);
  }

  @Test
  void noPackagesImportEachOther() {
    slices().matching("dev.snapranker.(**)").should().beFreeOfCycles().check(PRODUCT);
  }

  @Test
  void thirdPartyCodeIsConfined() {
    confined("ai.djl..", "text", "dev.bench");
    confined("ai.onnxruntime..", "score");
    confined("com.amazonaws..", "lambda", "dev..");
    confined(
        "com.fasterxml.jackson..",
        "wire..",
        "model",
        "observe",
        "fanout",
        "job",
        "rehearse",
        "lambda",
        "dev..");
    confined("org.crac..", "lambda");
    confined("software.amazon.awssdk..", "store", "fanout", "dev..");
    confined("software.amazon.cloudwatchlogs..", "observe");
    confined("picocli..", "dev..");
    confined("org.eclipse.jetty..", "dev.serve");
    confined("dev.langchain4j..", "dev.bench");
    confined("com.sun.net.httpserver..", "dev.runtime");
  }

  @Test
  void onlySettingsAndTheCommandLineReadTheEnvironment() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "dev..")
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
        .resideOutsideOfPackage(ROOT + "dev..")
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

  private static List<String> with(List<String> packages, String... more) {
    return Stream.concat(packages.stream(), Stream.of(more)).toList();
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
