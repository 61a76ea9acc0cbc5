package dev.snapranker;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.w3c.dom.Document;

/** What holds for all tests. */
class TestRulesTest {
  private static final JavaClasses TESTS =
      ArchConfiguration.withThreadLocalScope(configuration -> {
        configuration.setResolveMissingDependenciesFromClassPath(false); // names are enough here
        return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
            .importPackages("dev.snapranker");
      });

  /** So {@code -Pthorough} runs all tests, and the default all but the long forms. */
  @Test
  void theProfileOnlyIncludesAllTests() throws Exception {
    assertThat(pom("/project/properties/excludedGroups")).isEqualTo(Thorough.TAG);
    String profile = "/project/profiles/profile[id='thorough']";
    assertThat(pom(profile + "/properties/excludedGroups")).isEmpty();
    assertThat(pom("count(" + profile + "//*)"))
        .as("id, properties, excludedGroups")
        .isEqualTo("3");
    assertThat(pom("count(//plugin//groups|//plugin//excludes|//plugin//skip)")).isEqualTo("0");
  }

  @Test
  void ciRunsTheProfile() throws Exception {
    assertThat(Files.readAllLines(Path.of(".ci", "run")))
        .anyMatch(line -> line.startsWith("./mvnw verify -Pthorough "));
  }

  @Test
  void eachLongFormHasAShortOneBesideIt() {
    Set<JavaClass> classes =
        TESTS.stream()
            .filter(type -> type.getMethods().stream().anyMatch(TestRulesTest::isThorough))
            .collect(Collectors.toSet());
    assertThat(classes).isNotEmpty();
    assertThat(classes)
        .allSatisfy(type ->
            assertThat(type.getMethods())
                .as(type.getName())
                .anyMatch(method -> isTest(method) && !isThorough(method)));
  }

  @Test
  void noOtherTagLeavesATestOut() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(Thorough.class)
        .should()
        .beAnnotatedWith(Tag.class)
        .check(TESTS);
    noMethods().should().beAnnotatedWith(Tag.class).check(TESTS);
  }

  /** Where the time itself is tested it says so, or the clock is a fake one. */
  @Test
  void noTestSleepsOrSpins() {
    noClasses()
        .that()
        .doNotHaveSimpleName("PrimingTest")
        .should()
        .callMethodWhere(
            target(owner(assignableTo(Thread.class)))
                .and(target(nameMatching("sleep|onSpinWait|yield"))))
        .orShould()
        .callMethodWhere(
            target(owner(assignableTo(LockSupport.class))).and(target(nameMatching("park.*"))))
        .orShould()
        .callMethodWhere(
            target(owner(assignableTo(TimeUnit.class))).and(target(nameMatching("sleep"))))
        .check(TESTS);
  }

  private static boolean isTest(JavaMethod method) {
    return method.isAnnotatedWith(Test.class) || method.isAnnotatedWith(ParameterizedTest.class);
  }

  private static boolean isThorough(JavaMethod method) {
    return method.isAnnotatedWith(Thorough.class);
  }

  private static String pom(String path) throws Exception {
    Document pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile());
    return XPathFactory.newInstance().newXPath().evaluate(path, pom);
  }
}
