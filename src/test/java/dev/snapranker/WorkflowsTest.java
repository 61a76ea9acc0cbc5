package dev.snapranker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The workflows run what a developer runs, with no right and no code that they don't need. */
class WorkflowsTest {
  private static final Path FOLDER = Path.of(".github", "workflows");

  @ParameterizedTest
  @ValueSource(strings = {"ci.yml", "release.yml"})
  void theTestsAreThoseOfCiRun(String workflow) throws IOException {
    List<Map<String, Object>> steps = steps(jobs(workflow).values().iterator().next());
    assertThat(steps).anyMatch(step -> ".ci/run".equals(step.get("run")));
    assertThat(Files.isExecutable(Path.of(".ci", "run"))).isTrue();
  }

  @Test
  void aReleaseIsMadeAfterTheTestsByTheProjectsOwnScripts() throws IOException {
    List<String> runs =
        steps(job("release.yml", "build")).stream()
            .filter(step -> step.containsKey("run"))
            .map(step -> String.valueOf(step.get("run")))
            .toList();
    assertThat(runs.getFirst()).isEqualTo(".ci/run");
    assertThat(runs.getLast())
        .contains("./mvnw ", "packaging/release.sh release/files", "packaging/release-notes.sh ");
    for (String script : List.of("release.sh", "release-notes.sh", "lay-out.sh")) {
      assertThat(Files.isExecutable(Path.of("packaging", script))).as(script).isTrue();
    }
    assertThat(job("release.yml", "publish")).containsEntry("needs", "build");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ci.yml", "release.yml"})
  void onlyTheJobThatPublishesMayWriteAndItRunsNoSources(String workflow) throws IOException {
    assertThat(yaml(workflow).get("permissions")).isEqualTo(Map.of("contents", "read"));
    jobs(workflow)
        .forEach((name, job) -> {
          if (name.equals("publish")) {
            assertThat(job.get("permissions")).isEqualTo(Map.of("contents", "write"));
            assertThat(job.toString()).doesNotContain("checkout", "mvnw", ".ci/", "packaging/");
          } else {
            assertThat(job).doesNotContainKey("permissions");
          }
        });
  }

  /** A tag can be moved to other code, a commit cannot. */
  @ParameterizedTest
  @ValueSource(strings = {"ci.yml", "release.yml"})
  void actionsArePinnedByCommit(String workflow) throws IOException {
    Pattern pinned =
        Pattern.compile(" *- uses: actions/[\\w-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");
    List<String> uses =
        Files.readAllLines(FOLDER.resolve(workflow)).stream()
            .filter(line -> line.contains("uses:"))
            .toList();
    assertThat(uses).isNotEmpty().allMatch(line -> pinned.matcher(line).matches());
  }

  /** A branch's or a title's text in a script would be run by it. */
  @ParameterizedTest
  @ValueSource(strings = {"ci.yml", "release.yml"})
  void noScriptHasAnExpressionInIt(String workflow) throws IOException {
    for (Map<String, Object> job : jobs(workflow).values()) {
      for (Map<String, Object> step : steps(job)) {
        assertThat(String.valueOf(step.get("run"))).doesNotContain("${{");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ci.yml", "release.yml"})
  void theJavaIsTheOneThatThePomAsksFor(String workflow) throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    List<String> versions = new ArrayList<>();
    for (Map<String, Object> job : jobs(workflow).values()) {
      for (Map<String, Object> step : steps(job)) {
        if (step.get("with") instanceof Map<?, ?> with && with.containsKey("java-version")) {
          versions.add(String.valueOf(with.get("java-version")));
        }
      }
    }
    assertThat(versions)
        .isNotEmpty()
        .allSatisfy(version ->
            assertThat(pom)
                .contains("<maven.compiler.release>" + version + "</maven.compiler.release>"));
  }

  private static Map<String, Object> yaml(String workflow) throws IOException {
    return new Yaml().load(Files.readString(FOLDER.resolve(workflow)));
  }

  @SuppressWarnings("unchecked") // YAML
  private static Map<String, Map<String, Object>> jobs(String workflow) throws IOException {
    return (Map<String, Map<String, Object>>) Objects.requireNonNull(yaml(workflow).get("jobs"));
  }

  private static Map<String, Object> job(String workflow, String name) throws IOException {
    return Objects.requireNonNull(jobs(workflow).get(name));
  }

  @SuppressWarnings("unchecked") // YAML
  private static List<Map<String, Object>> steps(Map<String, Object> job) {
    return (List<Map<String, Object>>) Objects.requireNonNull(job.get("steps"));
  }
}
