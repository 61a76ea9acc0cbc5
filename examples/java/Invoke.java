//JAVA 21+
//DEPS software.amazon.awssdk:lambda:2.57.8
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * Reranks three candidates by a direct invoke of the function with the AWS SDK, without an API.
 * The request is the payload.
 *
 * <p>{@code jbang Invoke.java FUNCTION_ALIAS}, or {@code java} with the jars above on the class path.
 *
 * <p>FUNCTION_ALIAS is the output FunctionAlias of the stack; the caller needs
 * lambda:InvokeFunction on it.
 */
class Invoke {
  private static final String REQUEST =
      """
      {"query": "how do I undo the last git commit",
       "top_k": 2,
       "candidates": [
         "git log lists the commits of the current branch, newest first.",
         {"id": "reset", "text": "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged."},
         {"id": "banana", "text": "The banana is botanically a berry."}
       ]}
      """;

  public static void main(String... args) throws Exception {
    for (JsonNode result : rerank(args[0], args.length > 1 ? args[1] : REQUEST).get("results")) {
      System.out.printf(
          "%d  %.4f  %s%n",
          result.get("rank").asInt(), result.get("score").asDouble(), result.get("id").asText());
    }
  }

  private static JsonNode rerank(String function, String request) throws Exception {
    try (LambdaClient lambda = LambdaClient.create()) {
      InvokeResponse reply =
          lambda.invoke(invoke ->
              invoke.functionName(function).payload(SdkBytes.fromUtf8String(request)));
      JsonNode payload = new JsonMapper().readTree(reply.payload().asInputStream());
      if (reply.functionError() != null) { // the invocation failed
        throw new IllegalStateException(
            payload.path("errorType").asText() + ": " + payload.path("errorMessage").asText());
      }
      if (payload.has("error")) { // the request was refused
        throw new IllegalStateException(
            payload.path("statusCode").asInt()
                + " " + payload.at("/error/code").asText()
                + ": " + payload.at("/error/message").asText());
      }
      return payload;
    }
  }
}
