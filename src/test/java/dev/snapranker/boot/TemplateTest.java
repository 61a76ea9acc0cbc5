package dev.snapranker.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  private static String conditionsSource;

  @BeforeAll
  static void read() throws IOException {
    String source = Files.readString(FILE);
    template = new Yaml(new ShortForms()).load(source);
    conditionsSource =
        source.substring(source.indexOf("\nConditions:"), source.indexOf("\nResources:"));
  }

  @Test
  void theEnvironmentIsExactlyTheSettings() {
    Map<String, Object> expected = new HashMap<>();
    for (Setting setting : Settings.ALL) {
      expected.put(setting.variable(), setting.defaultValue());
    }
    expected.put("NATIVE_DIR", "/var/task/natives"); // where packaging/lay-out.sh puts them
    expected.put(
        "MODEL_URI", List.of("UseModelBucket", "!Sub s3://${ModelBucket}/${ModelPrefix}", ""));
    expected.put("CORS_ALLOW_ORIGIN", "!Ref CorsAllowOrigin");
    Object aliases = Objects.requireNonNull(expected.put("MODEL_ALIASES", "!Ref ModelAliases"));
    Map<String, String> byParameter =
        Map.of(
            "STAGES", "Stages",
            "BUDGET_MS", "BudgetMs",
            "FUSION", "Fusion",
            "FAN_OUT_CANDIDATES", "FanOutCandidates",
            "FAN_OUT_SLICES", "FanOutSlices",
            "METRICS", "Metrics",
            "BLANK_TEXTS", "BlankTexts");
    byParameter.forEach((variable, parameter) ->
        assertThat(String.valueOf(at(template, "Parameters", parameter).get("Default")))
            .isEqualTo(expected.put(variable, "!Ref " + parameter)));
    expected.put(
        "JAVA_TOOL_OPTIONS", "--enable-native-access=ALL-UNNAMED -Dhttp.maxConnections=100");
    assertThat(at(function(), "Environment", "Variables")).isEqualTo(expected);
    assertThat(at(template, "Parameters", "CorsAllowOrigin").get("Default")).isEqualTo("");
    assertThat(at(template, "Parameters", "ModelAliases").get("Default")).isEqualTo(aliases);
  }

  /** Name, default and what is allowed; the page says in words what each is for. */
  @Test
  void eachParameterHasItsRowInThePageOfParameters() throws IOException {
    List<String> rows =
        at(template, "Parameters").keySet().stream()
            .map(name -> {
              Map<String, Object> parameter = parameter(name);
              String value = String.valueOf(parameter.get("Default"));
              return "| `%s` | %s | %s |"
                  .formatted(
                      name, value.isEmpty() ? "empty" : "`" + value + "`", allowed(parameter));
            })
            .toList();
    assertThat(Files.readString(Path.of("docs/parameters.md")).lines())
        .filteredOn(line -> line.startsWith("| `"))
        .extracting(line -> line.replaceAll("^((\\|[^|]*){3}\\|).*", "$1"))
        .containsExactlyInAnyOrderElementsOf(rows);
  }

  @Test
  void eachAlarmHasItsRowInThePageOfOperations() throws IOException {
    assertThat(Files.readString(Path.of("docs/operations.md")).lines())
        .filteredOn(line -> line.matches("\\| `\\w+Alarm` .*"))
        .extracting(line -> line.split("`", -1)[1])
        .containsExactlyInAnyOrderElementsOf(ofType("AWS::CloudWatch::Alarm"));
  }

  private static String allowed(Map<String, Object> parameter) {
    if (parameter.get("AllowedValues") instanceof List<?> values) {
      return values.stream().map(value -> "`" + value + "`").collect(Collectors.joining(", "));
    }
    @Nullable Object least = parameter.get("MinValue");
    @Nullable Object most = parameter.get("MaxValue");
    if (least == null) {
      return "text";
    }
    return most == null ? "from " + least : least + ".." + most;
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
  void callersSignUnlessTokensOrKeysAreChosen() {
    assertThat(parameter("Auth"))
        .containsEntry("Default", "iam")
        .containsEntry("AllowedValues", List.of("iam", "jwt", "api-key"));
    for (String route : ofType("AWS::ApiGatewayV2::Route")) {
      if (!route.equals("PreflightRoute")) {
        assertThat(resource(route)).containsEntry("Condition", "UseHttpApi");
        assertThat(properties(route).get("AuthorizationType"))
            .isEqualTo(List.of("UseJwt", "JWT", "AWS_IAM"));
      }
    }
    for (String method : ofType("AWS::ApiGateway::Method")) {
      boolean preflight = method.equals("RestPreflightMethod");
      assertThat(properties(method)).containsEntry("ApiKeyRequired", !preflight);
      assertThat(resource(method))
          .containsEntry("Condition", preflight ? "UseApiKeyCors" : "UseApiKey");
      assertThat(String.valueOf(at(properties(method), "Integration").get("Uri")))
          .contains("Alias=!Ref RerankFunction.Alias");
    }
    assertThat(resource("PreflightRoute")).containsEntry("Condition", "UseHttpApiCors");
  }

  @Test
  void conditionsAreWhatTheirNamesSay() {
    assertThat(at(template, "Conditions"))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("UseJwt", List.of("!Ref Auth", "jwt")),
                Map.entry("UseApiKey", List.of("!Ref Auth", "api-key")),
                Map.entry("UseHttpApi", List.of("!Condition UseApiKey")), // not
                Map.entry("UseCors", List.of(List.of("!Ref CorsAllowOrigin", ""))), // not
                Map.entry("UseHttpApiCors", List.of("!Condition UseHttpApi", "!Condition UseCors")),
                Map.entry("UseApiKeyCors", List.of("!Condition UseApiKey", "!Condition UseCors")),
                Map.entry("ReserveConcurrency", List.of(List.of("!Ref ReservedConcurrency", 0))),
                Map.entry("FanOut", List.of(List.of("!Ref FanOutCandidates", 0))), // not
                Map.entry("NotifyOfAlarms", List.of(List.of("!Ref AlarmTopicArn", ""))),
                Map.entry("UseOwnKey", List.of(List.of("!Ref KmsKeyArn", ""))),
                Map.entry("UseModelBucket", List.of(List.of("!Ref ModelBucket", ""))),
                Map.entry("UseModelKey", List.of(List.of("!Ref ModelKmsKeyArn", ""))), // not
                Map.entry(
                    "UseEncryptedModelBucket",
                    List.of("!Condition UseModelBucket", "!Condition UseModelKey")),
                Map.entry("Trace", List.of("!Ref Tracing", "Active")),
                Map.entry("UseJobs", List.of(List.of("!Ref JobBucket", ""))),
                Map.entry("UseJobKey", List.of(List.of("!Ref JobKmsKeyArn", ""))), // not
                Map.entry("ReserveForJobs", List.of("!Ref ReserveJobConcurrency", "true")),
                Map.entry(
                    "CreateLogRole",
                    List.of("!Condition UseApiKey", List.of("!Ref ApiGatewayLogRole", "create")))));
    assertThat(conditionsSource)
        .contains("UseHttpApi: !Not [", "UseCors: !Not [", "ReserveConcurrency: !Not [")
        .contains(
            "FanOut: !Not [",
            "NotifyOfAlarms: !Not [",
            "UseOwnKey: !Not [",
            "UseModelBucket: !Not [")
        .contains("UseJobs: !Not [", "UseModelKey: !Not [", "UseJobKey: !Not [")
        .contains("UseEncryptedModelBucket: !And [", "ReserveForJobs: !Equals [")
        .contains("CreateLogRole: !And [!Condition UseApiKey, !Equals [")
        .contains("UseJwt: !Equals [", "UseApiKey: !Equals [", "Trace: !Equals [");
  }

  @Test
  void tokensAreOfTheIssuerAndForTheAudience() {
    assertThat(at(properties("ApiAuthorizer"), "JwtConfiguration"))
        .isEqualTo(Map.of("Issuer", "!Ref JwtIssuer", "Audience", List.of("!Ref JwtAudience")));
    assertThat(resource("ApiAuthorizer")).containsEntry("Condition", "UseJwt");
    for (String route : List.of("ProxyRoute", "IndexRoute")) {
      assertThat(properties(route))
          .containsEntry(
              "AuthorizerId", List.of("UseJwt", "!Ref ApiAuthorizer", "!Ref AWS::NoValue"));
    }
    assertThat(at(template, "Rules", "JwtIsComplete").toString())
        .contains("JwtIssuer", "JwtAudience");
  }

  /** A deployment with an old name is an old copy: the stage would go on with the old methods. */
  @Test
  void aRestDeploymentHasEveryMethodAndANewNameWheneverTheyChange() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String type : List.of("Method", "Resource", "GatewayResponse")) {
      for (String name : ofType("AWS::ApiGateway::" + type)) {
        digest.update((name + properties(name)).getBytes(StandardCharsets.UTF_8));
      }
    }
    String copied = HexFormat.of().formatHex(digest.digest()).substring(0, 8);
    String without = "RestDeployment" + copied;
    String with = "RestDeploymentWithPreflight" + copied;
    assertThat(ofType("AWS::ApiGateway::Deployment")).containsExactly(without, with);
    List<String> methods = List.of("RestProxyMethod", "RestIndexMethod");
    assertThat(resource(without)).containsEntry("DependsOn", methods);
    List<String> later = List.of("RestPreflightMethod", "RestClientErrors", "RestServerErrors");
    List<String> all = new ArrayList<>(methods);
    all.addAll(later);
    assertThat(resource(with)).containsEntry("DependsOn", all);
    for (String name : later) {
      assertThat(resource(name)).as("not in the other's copy").containsEntry("DependsOn", without);
    }
    assertThat(properties("RestStage"))
        .containsEntry("DeploymentId", List.of("UseApiKeyCors", "!Ref " + with, "!Ref " + without));
    assertThat(properties("ApiStage")).containsEntry("AutoDeploy", true);
  }

  /** Nothing is deployed anew when a parameter changes, so nothing that is copied may have one. */
  @Test
  void aRestDeploymentCopiesNoParameter() {
    for (String type : List.of("Method", "Resource", "GatewayResponse")) {
      for (String name : ofType("AWS::ApiGateway::" + type)) {
        for (String parameter : at(template, "Parameters").keySet()) {
          assertThat(properties(name).toString())
              .doesNotContain("!Ref " + parameter + ",", "!Ref " + parameter + "}")
              .doesNotContain("${" + parameter + "}");
        }
      }
    }
  }

  @Test
  void bothApisLogCallerAndResultButNothingOfTheRequest() throws IOException {
    for (String stage : List.of("ApiStage.AccessLogSettings", "RestStage.AccessLogSetting")) {
      String[] path = stage.split("\\.", -1);
      Map<String, Object> settings = at(properties(path[0]), path[1]);
      assertThat(settings).containsEntry("DestinationArn", "!GetAtt ApiAccessLogs.Arn");
      JsonNode format = new JsonMapper().readTree(String.valueOf(settings.get("Format")));
      assertThat(format.properties())
          .extracting(Map.Entry::getKey)
          .contains("request_id", "lambda_request_id", "caller", "route", "status", "latency_ms");
      assertThat(format.toString())
          .doesNotContainIgnoringCase("querystring")
          .doesNotContain("header", "$context.path\"", "$context.identity.apiKey\"", "$input");
    }
    assertThat(properties("ApiAccessLogs"))
        .containsEntry("RetentionInDays", "!Ref LogRetentionDays")
        .containsEntry("KmsKeyId", List.of("UseOwnKey", "!Ref KmsKeyArn", "!Ref AWS::NoValue"));
    assertThat(resource("ApiAccessLogs")).doesNotContainKey("Condition");
    for (String kept : List.of("RestLogRole", "RestLogAccount")) {
      assertThat(resource(kept))
          .containsEntry("Condition", "CreateLogRole")
          .containsEntry("DeletionPolicy", "Retain");
    }
    assertThat(String.valueOf(properties("RestStage").get("Description")))
        .as("the stage is made after the account's role")
        .startsWith("[CreateLogRole, !Sub Logs by ${RestLogAccount}, ");
  }

  @ParameterizedTest
  @CsvSource({
    "jobs/in/, jobs/out/, true",
    "in/, out/, true",
    "a/b/inputs/, a/outputs/, true",
    "inside/input/, inside/output/, true",
    "jobs/in/, jobs/, false",
    "jobs/, jobs/out/, false",
    "jobs/in/, jobs/in/, false",
    "jobs/in/, jobs/in/out/, false",
    "jobs/out/in/, jobs/out/, false",
    "in/, in/a/out/, false",
    "jobs/in, jobs/out/, false",
    "jobs/in/, jobs/out, false",
    "'', jobs/out/, false",
    "jobs/in/, '', false",
    "/, jobs/out/, false",
    "jobs/in/, /, false",
    "jobs//in/, jobs/out/, false",
    "jobs/in*/in/, jobs/out/, false",
  })
  void inputsAndOutputsOfJobsNeverOverlap(String input, String output, boolean allowed) {
    Pattern in = Pattern.compile(String.valueOf(parameter("JobInputPrefix").get("AllowedPattern")));
    Pattern out =
        Pattern.compile(String.valueOf(parameter("JobOutputPrefix").get("AllowedPattern")));
    assertThat(in.matcher(input).matches() && out.matcher(output).matches()).isEqualTo(allowed);
    for (String name : List.of("JobInputPrefix", "JobOutputPrefix")) {
      assertThat(parameter(name)).containsKey("ConstraintDescription");
    }
  }

  @Test
  void noTwoAllowedPrefixesOverlap() {
    Pattern in = Pattern.compile(String.valueOf(parameter("JobInputPrefix").get("AllowedPattern")));
    Pattern out =
        Pattern.compile(String.valueOf(parameter("JobOutputPrefix").get("AllowedPattern")));
    List<String> prefixes = new ArrayList<>(List.of(""));
    for (int from = 0, parts = 0; parts < 4; parts++) {
      int to = prefixes.size();
      for (String prefix : List.copyOf(prefixes.subList(from, to))) {
        for (String part : List.of("in", "input", "inputs", "out", "outputs", "jobs", "int")) {
          prefixes.add(prefix + part + "/");
        }
      }
      from = to;
    }
    List<String> inputs = prefixes.stream().filter(each -> in.matcher(each).matches()).toList();
    List<String> outputs = prefixes.stream().filter(each -> out.matcher(each).matches()).toList();
    assertThat(inputs).hasSizeGreaterThan(100);
    assertThat(outputs).hasSizeGreaterThan(100);
    for (String input : inputs) {
      for (String output : outputs) {
        assertThat(input.startsWith(output) || output.startsWith(input)).isFalse();
      }
    }
  }

  @Test
  void theDefaultsFitANewAccount() {
    assertThat(parameter("MemorySize")).containsEntry("Default", 3008);
    assertThat(parameter("ReservedConcurrency")).containsEntry("Default", 0);
    assertThat(parameter("ReserveJobConcurrency")).containsEntry("Default", "false");
    assertThat((int) Objects.requireNonNull(parameter("JobConcurrency").get("Default")))
        .isLessThan(10);
  }

  @Test
  void theStateMachineNeverAsksForMoreThanTheJobFunctionMayUse() {
    assertThat(properties("JobFunction"))
        .containsEntry(
            "ReservedConcurrentExecutions",
            List.of("ReserveForJobs", "!Ref JobConcurrency", "!Ref AWS::NoValue"));
    assertThat(String.valueOf(properties("JobStateMachine").get("DefinitionString")))
        .contains("\"MaxConcurrency\": ${JobConcurrency},");
  }

  @Test
  void bucketsAreListedOnlyBelowTheirPrefixes() {
    int lists = 0;
    for (String role : ofType("AWS::IAM::Role")) {
      for (Map<String, Object> statement : statements(role)) {
        if (String.valueOf(statement.get("Action")).contains("ListBucket]")) {
          lists++;
          String condition = String.valueOf(statement.get("Condition"));
          assertThat(condition).startsWith("{StringLike={s3:prefix=");
          assertThat(condition.replace("${JobInputPrefix}*", "").replace("${JobOutputPrefix}*", ""))
              .as("no other prefix")
              .doesNotContain("*");
        }
      }
    }
    assertThat(lists).isEqualTo(2);
  }

  @Test
  void bucketsKeysAreUsedOnlyThroughS3AndOnlyIfOneIsNamed() {
    Map<String, List<String>> keys = new TreeMap<>();
    for (String role : ofType("AWS::IAM::Role")) {
      if (properties(role).get("Policies") instanceof List<?> policies) {
        for (Object policy : policies) {
          if (String.valueOf(policy).contains("kms:")) {
            keys.computeIfAbsent(role, _ -> new ArrayList<>())
                .add(String.valueOf(((List<?>) policy).getFirst()));
          }
        }
        for (Map<String, Object> statement : statements(role)) {
          if (String.valueOf(statement.get("Action")).contains("kms:")) {
            assertThat(String.valueOf(statement.get("Condition")))
                .isEqualTo(
                    "{StringEquals={kms:ViaService=!Sub s3.${AWS::Region}.${AWS::URLSuffix}}}");
          }
        }
      }
    }
    assertThat(keys)
        .isEqualTo(
            Map.of(
                "RerankRole", List.of("UseEncryptedModelBucket"),
                "JobRole", List.of("UseEncryptedModelBucket", "UseJobKey"),
                "JobStateMachineRole", List.of("UseJobKey")));
  }

  @Test
  void everyRouteOfTheFunctionIsARouteOfTheApi() {
    assertThat(ofType("AWS::ApiGatewayV2::Route"))
        .extracting(name -> properties(name).get("RouteKey"))
        .containsExactlyInAnyOrder("ANY /{proxy+}", "ANY /", "OPTIONS /{proxy+}");
    assertThat(ofType("AWS::ApiGateway::Method"))
        .extracting(name -> properties(name).get("HttpMethod"))
        .containsExactlyInAnyOrder("ANY", "ANY", "OPTIONS");
  }

  @Test
  void keysAreMeteredAndThrottled() {
    assertThat(at(properties("UsagePlan"), "Throttle"))
        .containsEntry("RateLimit", "!Ref ThrottleRate")
        .containsEntry("BurstLimit", "!Ref ThrottleBurst");
    assertThat(at(properties("UsagePlan"), "Quota")).containsEntry("Limit", "!Ref MonthlyQuota");
    assertThat(properties("UsagePlan"))
        .containsEntry(
            "ApiStages", List.of(Map.of("ApiId", "!Ref RestApi", "Stage", "!Ref RestStage")));
    assertThat(properties("RestStage").toString())
        .contains(
            "ThrottlingRateLimit=!Ref ThrottleRate", "ThrottlingBurstLimit=!Ref ThrottleBurst");
    assertThat(properties("UsagePlanKey")).containsEntry("KeyId", "!Ref ApiKey");
    assertThat(at(properties("ApiStage"), "DefaultRouteSettings"))
        .containsEntry("ThrottlingRateLimit", "!Ref ThrottleRate");
  }

  @Test
  void noActionIsGrantedByWildcard() {
    List<Object> actions = new ArrayList<>();
    for (Map<String, Object> policy : policies()) {
      for (Map<String, Object> statement : list(at(policy, "PolicyDocument"), "Statement")) {
        actions.addAll((List<?>) Objects.requireNonNull(statement.get("Action")));
        // X-Ray's two actions have no resources to name; nothing else may do without.
        boolean traces = "write-traces".equals(policy.get("PolicyName"));
        assertThat("*".equals(statement.get("Resource"))).isEqualTo(traces);
      }
    }
    assertThat(actions)
        .containsExactlyInAnyOrder(
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "s3:GetObject",
            "kms:Decrypt");
    assertThat(properties("RerankRole")).doesNotContainKey("ManagedPolicyArns");
    assertThat(at(properties("RerankRole"), "AssumeRolePolicyDocument").toString())
        .contains("Service=lambda.amazonaws.com", "Action=sts:AssumeRole}");
    for (String permission : ofType("AWS::Lambda::Permission")) {
      assertThat(properties(permission))
          .containsEntry("Action", "lambda:InvokeFunction")
          .containsEntry("FunctionName", "!Ref RerankFunction.Alias")
          .containsEntry(
              "SourceArn",
              "!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${%s}/*"
                  .formatted(permission.equals("RestPermission") ? "RestApi" : "Api"));
    }
  }

  @Test
  void theFunctionMayInvokeItsOwnAliasAloneAndOnlyToFanOut() {
    assertThat(resource("FanOutPolicy")).containsEntry("Condition", "FanOut");
    Map<String, Object> policy = properties("FanOutPolicy");
    assertThat(policy).containsEntry("Roles", List.of("!Ref RerankRole"));
    assertThat(list(at(policy, "PolicyDocument"), "Statement"))
        .containsExactly(
            Map.of(
                "Effect", "Allow",
                "Action", List.of("lambda:InvokeFunction"),
                "Resource", "!Ref RerankFunction.Alias"));
    assertThat(at(function(), "Environment", "Variables"))
        .containsEntry("FAN_OUT_ALIAS", function().get("AutoPublishAlias"));
    assertThat(parameter("FanOutCandidates")).containsEntry("Default", 0);
  }

  @Test
  void throttledSlicesAreCountedFromTheLogLineIfThereAreSlices() {
    for (String resource : List.of("ThrottledSlicesMetric", "ThrottledSlicesAlarm")) {
      assertThat(resource(resource)).containsEntry("Condition", "FanOut");
    }
    Map<String, Object> metric =
        list(properties("ThrottledSlicesMetric"), "MetricTransformations").getFirst();
    assertThat(properties("ThrottledSlicesMetric"))
        .containsEntry("LogGroupName", "!Ref RerankLogs")
        .containsEntry("FilterPattern", "{ $.ThrottledSlices > 0 }");
    assertThat(properties("ThrottledSlicesAlarm"))
        .containsEntry("Namespace", metric.get("MetricNamespace"))
        .containsEntry("MetricName", metric.get("MetricName"))
        .doesNotContainKey("Dimensions");
  }

  @Test
  void aModelInS3IsReadOnlyIfOneIsNamed() {
    Object last =
        ((List<?>) Objects.requireNonNull(properties("RerankRole").get("Policies"))).get(2);
    assertThat(String.valueOf(last)).startsWith("[UseModelBucket, ");
    assertThat(String.valueOf(last))
        .contains("Resource=!Sub arn:${AWS::Partition}:s3:::${ModelBucket}/${ModelPrefix}/*");
    assertThat(parameter("ModelBucket")).containsEntry("Default", "");
  }

  @Test
  void newVersionsTakeOverStepByStepUnlessAnAlarmRises() {
    assertThat(at(function(), "DeploymentPreference"))
        .containsEntry("Type", "!Ref Deployment")
        .containsEntry(
            "Alarms",
            List.of(
                "FanOut",
                List.of("!Ref ErrorsAlarm", "!Ref ServerErrorsAlarm", "!Ref SlowAlarm"),
                List.of(
                    "!Ref ErrorsAlarm",
                    "!Ref ServerErrorsAlarm",
                    "!Ref ThrottlesAlarm",
                    "!Ref SlowAlarm")));
    assertThat(parameter("Deployment")).containsEntry("Default", "Canary10Percent5Minutes");
  }

  @Test
  void thereAreAlarmsOnErrorsThrottlesSlownessAndConcurrency() {
    assertThat(ofType("AWS::CloudWatch::Alarm"))
        .containsExactlyInAnyOrder(
            "ErrorsAlarm",
            "ServerErrorsAlarm",
            "ThrottlesAlarm",
            "ThrottledSlicesAlarm",
            "SlowAlarm",
            "ConcurrencyAlarm");
    assertThat(ofType("AWS::CloudWatch::Alarm"))
        .allSatisfy(alarm ->
            assertThat(properties(alarm))
                .containsEntry("TreatMissingData", "notBreaching")
                .containsKey("AlarmActions"));
    Object function = Map.of("Name", "FunctionName", "Value", "!Ref RerankFunction");
    Object alias = Map.of("Name", "Resource", "Value", "!Sub ${RerankFunction}:live");
    Object service = Map.of("Name", "Service", "Value", "!Ref RerankFunction");
    counts("ErrorsAlarm", "AWS/Lambda", "Errors", List.of(function, alias));
    counts("ThrottlesAlarm", "AWS/Lambda", "Throttles", List.of(function, alias));
    Object namespace = at(function(), "Environment", "Variables").get("METRICS_NAMESPACE");
    counts("ServerErrorsAlarm", String.valueOf(namespace), "ServerErrors", List.of(service));
    for (String share : List.of("SlowAlarm", "ConcurrencyAlarm")) {
      assertThat(properties(share))
          .containsEntry("Threshold", 80)
          .containsEntry("ComparisonOperator", "GreaterThanThreshold");
    }
    assertThat(properties("SlowAlarm").toString())
        .contains("!Sub duration / (${Timeout} * 1000) * 100", "Stat=p99", "MetricName=Duration");
    assertThat(properties("ConcurrencyAlarm").toString())
        .contains("!Sub used / ${ReservedConcurrency} * 100", "used / SERVICE_QUOTA(used) * 100");
  }

  private static void counts(
      String alarm, String namespace, String metric, List<Object> dimensions) {
    assertThat(properties(alarm))
        .containsEntry("Namespace", namespace)
        .containsEntry("MetricName", metric)
        .containsEntry("Dimensions", dimensions)
        .containsEntry("Statistic", "Sum")
        .containsEntry("Threshold", 0)
        .containsEntry("ComparisonOperator", "GreaterThanThreshold");
  }

  @Test
  void theDashboardShowsOnlyMetricsThatAreThereByDefault() throws IOException {
    JsonNode dashboard = dashboard();
    assertThat(dashboard.path("widgets").size()).isEqualTo(8);
    List<String> ours = new ArrayList<>();
    for (JsonNode metric :
        dashboard.findValues("metrics").stream().flatMap(JsonNode::valueStream).toList()) {
      if (metric.get(0).asText().equals("Snapranker")) {
        assertThat(metric.get(2).asText() + "=" + metric.get(3).asText())
            .isEqualTo("Service=${RerankFunction}");
        ours.add(metric.get(1).asText());
      } else {
        assertThat(metric.get(0).asText()).as("free").isEqualTo("AWS/Lambda");
      }
    }
    assertThat(parameter("Metrics"))
        .containsEntry("Default", "few")
        .containsEntry("AllowedValues", List.of("few", "all"));
    assertThat(ours).containsExactly("ClientErrors", "ServerErrors");
  }

  /** A figure that no log line has would make an empty graph. */
  @Test
  void theDashboardsQueriesReadFiguresOfTheLogLine() throws IOException {
    Pattern figure = Pattern.compile("\\(`?([A-Z][A-Za-z]+)");
    String source =
        Files.readString(Path.of("src/main/java/dev/snapranker/observe/EmfTelemetry.java"));
    List<JsonNode> queries = dashboard().findValues("query");
    assertThat(queries).hasSize(5);
    for (JsonNode query : queries) {
      assertThat(query.asText()).startsWith("SOURCE '${RerankLogs}' | filter ispresent(");
      List<String> figures =
          figure.matcher(query.asText()).results().map(match -> match.group(1)).toList();
      assertThat(figures)
          .isNotEmpty()
          .allSatisfy(name -> assertThat(source).contains("\"" + name + "\""));
    }
  }

  private static JsonNode dashboard() throws IOException {
    String body = String.valueOf(properties("Dashboard").get("DashboardBody"));
    return new JsonMapper().readTree(body.replaceFirst("^!Sub ", ""));
  }

  @Test
  void logsAreStructuredKeptForATimeAndTracesAreOn() {
    assertThat(at(function(), "LoggingConfig"))
        .containsEntry("LogFormat", "JSON")
        .containsEntry("LogGroup", "!Ref RerankLogs");
    assertThat(properties("RerankLogs")).containsEntry("RetentionInDays", "!Ref LogRetentionDays");
    assertThat(function()).containsEntry("Tracing", "!Ref Tracing");
    assertThat(properties("RestStage"))
        .containsEntry("TracingEnabled", List.of("Trace", true, false));
    assertThat(parameter("Tracing"))
        .containsEntry("Default", "Active")
        .containsEntry("AllowedValues", List.of("Active", "PassThrough"));
    assertThat(properties("RestStage").toString())
        .as("API Gateway's own trace would hold queries and documents")
        .contains("DataTraceEnabled=false");
  }

  @Test
  void ownKeysEncryptStoredData() {
    List<String> key = List.of("UseOwnKey", "!Ref KmsKeyArn", "!Ref AWS::NoValue");
    assertThat(function()).containsEntry("KmsKeyArn", key);
    assertThat(properties("RerankLogs")).containsEntry("KmsKeyId", key);
  }

  @Test
  void theModelIsAParameterAndTheDefaultTheOneOfLocalRuns() throws IOException {
    assertThat(properties("ModelLayer"))
        .containsEntry("ContentUri", "!Sub model-layer/models/${ModelBundle}");
    assertThat(parameter("ModelBundle"))
        .containsEntry(
            "Default", Files.readString(Path.of("model-layer", "default-model")).strip());
    assertThat(function()).containsEntry("Layers", List.of("!Ref ModelLayer"));
  }

  @Test
  void architectureMemoryAndTimeoutAreParameters() {
    assertThat(function().get("Architectures")).isEqualTo(List.of("!Ref Architecture"));
    assertThat(function().get("CodeUri")).isEqualTo("!Sub packaging/${Architecture}");
    assertThat(function().get("MemorySize")).isEqualTo("!Ref MemorySize");
    assertThat(function().get("Timeout")).isEqualTo("!Ref Timeout");
    assertThat(parameter("Architecture"))
        .containsEntry("AllowedValues", List.of("arm64", "x86_64"));
    assertThat(function())
        .containsEntry(
            "ReservedConcurrentExecutions",
            List.of("ReserveConcurrency", "!Ref ReservedConcurrency", "!Ref AWS::NoValue"));
  }

  @Test
  void jobsAreOffUnlessABucketIsNamed() {
    assertThat(parameter("JobBucket")).containsEntry("Default", "");
    for (String resource : at(template, "Resources").keySet()) {
      if (resource.startsWith("Job")) {
        assertThat(resource(resource)).as(resource).containsEntry("Condition", "UseJobs");
      }
    }
  }

  @Test
  void theJobFunctionIsTheSamePackageWithTheLongestTimeLimit() throws ClassNotFoundException {
    Map<String, Object> job = properties("JobFunction");
    String[] handler = String.valueOf(job.get("Handler")).split("::", -1);
    assertThat(RequestStreamHandler.class).isAssignableFrom(Class.forName(handler[0]));
    for (String same :
        List.of(
            "CodeUri",
            "Runtime",
            "Architectures",
            "MemorySize",
            "KmsKeyArn",
            "Layers",
            "SnapStart",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
            "Environment")) {
      assertThat(job.get(same)).as(same).isNotNull().isEqualTo(function().get(same));
    }
    assertThat(job).containsEntry("Timeout", 900).containsEntry("Role", "!GetAtt JobRole.Arn");
  }

  @Test
  void jobsMayReadOnlyTheirInputsAndWriteOnlyTheirOutputs() {
    String bucket = "!Sub arn:${AWS::Partition}:s3:::${JobBucket}";
    assertThat(grants("JobRole"))
        .containsExactlyInAnyOrder(
            "[logs:CreateLogStream, logs:PutLogEvents] on !GetAtt JobLogs.Arn",
            "[xray:PutTraceSegments, xray:PutTelemetryRecords] on *",
            "[s3:GetObject] on " + bucket + "/${JobInputPrefix}*",
            "[s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload] on "
                + bucket
                + "/${JobOutputPrefix}*",
            "[s3:ListBucket] on " + bucket,
            "[s3:ListBucketMultipartUploads] on " + bucket,
            "[s3:GetObject] on !Sub arn:${AWS::Partition}:s3:::${ModelBucket}/${ModelPrefix}/*",
            "[kms:Decrypt] on !Ref ModelKmsKeyArn",
            "[kms:Decrypt, kms:GenerateDataKey] on !Ref JobKmsKeyArn");
    String states = "!Sub arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:";
    assertThat(grants("JobStateMachineRole"))
        .containsExactlyInAnyOrder(
            "[lambda:InvokeFunction] on !Ref JobFunction.Alias",
            "[s3:ListBucket] on " + bucket,
            "[s3:GetObject, s3:PutObject, s3:ListMultipartUploadParts, s3:AbortMultipartUpload] on "
                + bucket
                + "/${JobOutputPrefix}.map-runs/*",
            "[states:StartExecution] on " + states + "stateMachine:${AWS::StackName}-jobs",
            "[states:DescribeExecution, states:StopExecution, states:RedriveExecution] on "
                + states
                + "execution:${AWS::StackName}-jobs/*",
            "[kms:Decrypt, kms:GenerateDataKey] on !Ref JobKmsKeyArn");
  }

  @Test
  void theStateMachineCallsTheAliasForEachShardUntilItIsDone() throws IOException {
    List<?> definition =
        (List<?>) Objects.requireNonNull(properties("JobStateMachine").get("DefinitionString"));
    assertThat(definition.get(1)).isEqualTo(Map.of("Alias", "!Ref JobFunction.Alias"));
    JsonNode machine =
        new JsonMapper()
            .readTree(
                String.valueOf(definition.getFirst())
                    .replace("${JobConcurrency}", "100")
                    .replace("${JobToleratedFailurePercentage}", "5"));
    JsonNode map = machine.at("/States/RankAll");
    assertThat(map.at("/ItemReader/Resource").asText()).endsWith(":states:::s3:listObjectsV2");
    assertThat(map.path("MaxConcurrency").asInt()).isEqualTo(100);
    assertThat(map.path("ToleratedFailurePercentage").asInt()).isEqualTo(5);
    assertThat(map.at("/ItemProcessor/ProcessorConfig/Mode").asText()).isEqualTo("DISTRIBUTED");
    assertThat(map.at("/ItemBatcher/BatchInput").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("bucket", "prefix", "output", "trec", "options");
    assertThat(map.path("ResultWriter").path("Resource").asText()).endsWith("s3:putObject");
    JsonNode states = map.at("/ItemProcessor/States");
    JsonNode rank = states.path("RankShards");
    assertThat(rank.at("/Arguments/FunctionName").asText()).isEqualTo("${Alias}");
    assertThat(rank.path("TimeoutSeconds").asInt())
        .isGreaterThan((int) Objects.requireNonNull(properties("JobFunction").get("Timeout")));
    assertThat(rank.at("/Retry/0/ErrorEquals/0").asText())
        .as("a wrong event is not sent again")
        .isEqualTo("dev.snapranker.api.RerankException");
    assertThat(rank.at("/Retry/0/MaxAttempts").asInt(-1)).isZero();
    for (int i = 1; i < rank.path("Retry").size(); i++) {
      assertThat(rank.path("Retry").get(i).path("JitterStrategy").asText()).isEqualTo("FULL");
    }
    assertThat(states.at("/IsStopped/Choices/0/Condition").asText()).contains("'stopped'");
    assertThat(states.at("/IsStopped/Choices/0/Next").asText()).isEqualTo("RankShards");
  }

  private static List<Map<String, Object>> statements(String role) {
    List<Map<String, Object>> statements = new ArrayList<>();
    for (Map<String, Object> policy : policies(role)) {
      statements.addAll(list(at(policy, "PolicyDocument"), "Statement"));
    }
    return statements;
  }

  /** Actions and resources of a role, conditional policies among them. */
  private static List<String> grants(String role) {
    return statements(role).stream()
        .map(statement -> statement.get("Action") + " on " + statement.get("Resource"))
        .toList();
  }

  private static Map<String, Object> function() {
    return properties("RerankFunction");
  }

  private static Map<String, Object> parameter(String name) {
    return at(template, "Parameters", name);
  }

  private static Map<String, Object> resource(String name) {
    return at(template, "Resources", name);
  }

  private static Map<String, Object> properties(String resource) {
    return at(template, "Resources", resource, "Properties");
  }

  private static List<Map<String, Object>> policies() {
    return policies("RerankRole");
  }

  /** The role's, conditional ones among them. */
  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> policies(String role) {
    List<Map<String, Object>> policies = new ArrayList<>();
    for (Object policy : (List<?>) properties(role).getOrDefault("Policies", List.of())) {
      policies.add((Map<String, Object>) (policy instanceof List<?> list ? list.get(1) : policy));
    }
    return policies;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> map, String name) {
    return (List<Map<String, Object>>) Objects.requireNonNull(map.get(name));
  }

  private static List<String> ofType(String type) {
    return at(template, "Resources").keySet().stream()
        .filter(name -> type.equals(resource(name).get("Type")))
        .toList();
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
