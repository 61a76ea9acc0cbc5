package dev.snapranker.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** What {@code template.yaml} promises, and that its environment is exactly the settings. */
class TemplateTest {
  private static final Path FILE = Path.of("template.yaml");
  private static Map<String, Object> template;

  @BeforeAll
  static void read() throws IOException {
    template = new Yaml(new ShortForms()).load(Files.readString(FILE));
  }

  @Test
  void theEnvironmentIsExactlyTheSettings() {
    Map<String, String> expected = new HashMap<>();
    for (Setting setting : Settings.ALL) {
      expected.put(setting.variable(), setting.defaultValue());
    }
    expected.put("NATIVE_DIR", "/var/task/natives"); // where packaging/lay-out.sh puts them
    expected.put("CORS_ALLOW_ORIGIN", "!Ref CorsAllowOrigin");
    String aliases = Objects.requireNonNull(expected.put("MODEL_ALIASES", "!Ref ModelAliases"));
    expected.put("JAVA_TOOL_OPTIONS", "--enable-native-access=ALL-UNNAMED");
    assertThat(at(function(), "Environment", "Variables")).isEqualTo(expected);
    assertThat(at(template, "Parameters", "CorsAllowOrigin").get("Default")).isEqualTo("");
    assertThat(at(template, "Parameters", "ModelAliases").get("Default")).isEqualTo(aliases);
  }

  @Test
  void snapStartAppliesToWhatTheApiCalls() {
    assertThat(function().get("Runtime")).isEqualTo("java25");
    assertThat(at(function(), "SnapStart").get("ApplyOn")).isEqualTo("PublishedVersions");
    assertThat(function().get("AutoPublishAlias")).isEqualTo("live");
    assertThat(function().get("AutoPublishAliasAllProperties")).isEqualTo(true);
    assertThat(properties("ModelLayer").get("PublishLambdaVersion")).isEqualTo(true);
    assertThat(properties("ApiIntegration").get("IntegrationUri"))
        .isEqualTo("!Ref RerankFunction.Alias");
    assertThat(properties("ApiPermission").get("FunctionName"))
        .isEqualTo("!Ref RerankFunction.Alias");
  }

  @Test
  void theHandlerIsThere() throws ClassNotFoundException {
    String[] handler = String.valueOf(function().get("Handler")).split("::", -1);
    assertThat(RequestStreamHandler.class).isAssignableFrom(Class.forName(handler[0]));
    assertThat(handler[1]).isEqualTo("handleRequest");
  }

  @Test
  void callersSignUnlessJwtIsChosen() {
    assertThat(at(template, "Parameters", "Auth"))
        .containsEntry("Default", "iam")
        .containsEntry("AllowedValues", List.of("iam", "jwt"));
    at(template, "Resources")
        .forEach((name, _) -> {
          if ("AWS::ApiGatewayV2::Route".equals(at(template, "Resources", name).get("Type"))
              && !name.equals("PreflightRoute")) {
            assertThat(properties(name).get("AuthorizationType"))
                .isEqualTo(List.of("UseJwt", "JWT", "AWS_IAM"));
          }
        });
    assertThat(at(template, "Resources", "PreflightRoute").get("Condition")).isEqualTo("UseCors");
  }

  @Test
  void everyRouteOfTheFunctionIsARouteOfTheApi() {
    assertThat(List.of("RerankRoute", "AboutRoute", "IndexRoute", "PreflightRoute"))
        .extracting(name -> properties(name).get("RouteKey"))
        .containsExactly("POST /{proxy+}", "GET /{proxy+}", "GET /", "OPTIONS /{proxy+}");
  }

  @Test
  void nothingIsGrantedByWildcard() throws IOException {
    assertThat(Files.readString(FILE))
        .doesNotContain("\"*\"")
        .doesNotContain("'*'")
        .doesNotContain(":*\n")
        .doesNotContain("- *");
  }

  @Test
  void architectureMemoryAndTimeoutAreParameters() {
    assertThat(function().get("Architectures")).isEqualTo(List.of("!Ref Architecture"));
    assertThat(function().get("CodeUri")).isEqualTo("!Sub packaging/${Architecture}");
    assertThat(function().get("MemorySize")).isEqualTo("!Ref MemorySize");
    assertThat(function().get("Timeout")).isEqualTo("!Ref Timeout");
    assertThat(at(template, "Parameters", "Architecture").get("AllowedValues"))
        .isEqualTo(List.of("arm64", "x86_64"));
  }

  private static Map<String, Object> function() {
    return properties("RerankFunction");
  }

  private static Map<String, Object> properties(String resource) {
    return at(template, "Resources", resource, "Properties");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> at(Map<String, Object> root, String... path) {
    Map<String, Object> map = root;
    for (String step : path) {
      assertThat(map).containsKey(step);
      map = (Map<String, Object>) Objects.requireNonNull(map.get(step));
    }
    return map;
  }

  /** Reads CloudFormation's short forms: {@code !Ref X} as "!Ref X", lists and maps as such. */
  private static final class ShortForms extends SafeConstructor {
    ShortForms() {
      super(new LoaderOptions());
      yamlMultiConstructors.put(
          "!",
          new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
              return switch (node) {
                case ScalarNode scalar -> node.getTag().getValue() + " " + scalar.getValue();
                case SequenceNode sequence -> constructSequence(sequence);
                case MappingNode mapping -> constructMapping(mapping);
                default -> throw new IllegalStateException("unexpected " + node);
              };
            }
          });
    }
  }
}
