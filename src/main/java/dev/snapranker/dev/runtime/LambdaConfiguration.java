package dev.snapranker.dev.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a function, like in template.yaml.
 *
 * @param handler the class and the method
 * @param memoryMegabytes the memory set in Lambda; here it limits the Java heap and sets the
 *     threads
 * @param snapStart whether a snapshot follows init
 * @param timeLimit the time limit of one call, and of a restore
 * @param variables environment variables in addition to Lambda's own
 * @param wrapper a command that runs the process, for example in a namespace; empty for none
 */
record LambdaConfiguration(
    String handler,
    int memoryMegabytes,
    boolean snapStart,
    Duration timeLimit,
    Map<String, String> variables,
    List<String> wrapper) {
  static final String HANDLER = "dev.snapranker.lambda.RerankHandler::handleRequest";

  /** The least that Lambda allows for an init before a snapshot ("Lambda SnapStart"). */
  private static final Duration LEAST_INIT_LIMIT = Duration.ofSeconds(130);

  LambdaConfiguration {
    variables = Map.copyOf(variables);
    wrapper = List.copyOf(wrapper);
  }

  /** The time limit of init: Lambda's own, or the function's if that is longer. */
  Duration initLimit() {
    return timeLimit.compareTo(LEAST_INIT_LIMIT) > 0 ? timeLimit : LEAST_INIT_LIMIT;
  }

  /** The process's environment. With SnapStart, Lambda sets no variables for credentials. */
  Map<String, String> environment(LambdaPackage function) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.put("LANG", "en_US.UTF-8");
    environment.put("TZ", ":UTC");
    environment.put("AWS_REGION", "us-east-1");
    environment.put("AWS_EXECUTION_ENV", "AWS_Lambda_java25");
    environment.put("AWS_LAMBDA_FUNCTION_NAME", "snapranker");
    environment.put("AWS_LAMBDA_FUNCTION_VERSION", "1");
    environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(memoryMegabytes));
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", snapStart ? "snap-start" : "on-demand");
    environment.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
    environment.put("JAVA_TOOL_OPTIONS", "--enable-native-access=ALL-UNNAMED");
    environment.put("LAMBDA_TASK_ROOT", function.root().toString());
    environment.put("_HANDLER", handler);
    environment.put("MODEL_DIR", function.model().toString());
    environment.put("NATIVE_DIR", function.root().resolve("natives").toString());
    environment.putAll(variables);
    return environment;
  }
}
