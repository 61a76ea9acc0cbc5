//JAVA 21+
//DEPS software.amazon.awssdk:http-auth-aws:2.57.8
//DEPS software.amazon.awssdk:auth:2.57.8
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * Reranks three candidates over HTTP.
 *
 * <p>{@code SNAPRANKER_URL=https://….amazonaws.com jbang Rerank.java}, or {@code java} with the jars
 * above on the class path.
 *
 * <p>The stack's parameter Auth decides which credentials the API needs: SNAPRANKER_TOKEN (jwt),
 * SNAPRANKER_API_KEY (api-key), or AWS credentials and AWS_REGION (iam, the default). {@code
 * ./snapranker serve} needs none.
 */
class Rerank {
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
    String url = System.getenv("SNAPRANKER_URL");
    if (url == null) {
      throw new IllegalArgumentException("SNAPRANKER_URL is not set; expected the API's address");
    }
    URI uri = URI.create(url.replaceAll("/$", "") + "/rerank");
    JsonNode reply = rerank(uri, args.length > 0 ? args[0] : REQUEST);
    for (JsonNode result : reply.get("results")) {
      System.out.printf(
          "%d  %.4f  %s%n",
          result.get("rank").asInt(), result.get("score").asDouble(), result.get("id").asText());
    }
  }

  private static JsonNode rerank(URI uri, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body));
    authorise(request, uri, body);
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() != 200) { // {"error": {"code": …, "message": …, "field": …}}
        throw new IllegalStateException("HTTP " + response.statusCode() + ": " + response.body());
      }
      return new JsonMapper().readTree(response.body());
    }
  }

  private static void authorise(HttpRequest.Builder request, URI uri, String body) {
    if (System.getenv("SNAPRANKER_TOKEN") instanceof String token) {
      request.header("authorization", "Bearer " + token);
    } else if (System.getenv("SNAPRANKER_API_KEY") instanceof String key) {
      request.header("x-api-key", key);
    } else if (System.getenv("AWS_REGION") instanceof String region) {
      SdkHttpRequest unsigned =
          SdkHttpRequest.builder()
              .uri(uri)
              .method(SdkHttpMethod.POST)
              .putHeader("content-type", "application/json")
              .build();
      AwsV4HttpSigner.create()
          .sign(sign ->
              sign.identity(DefaultCredentialsProvider.builder().build().resolveCredentials())
                  .request(unsigned)
                  .payload(ContentStreamProvider.fromUtf8String(body))
                  .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
                  .putProperty(AwsV4HttpSigner.REGION_NAME, region))
          .request()
          .forEachHeader((name, values) -> {
            if (!name.equalsIgnoreCase("host")) { // HttpClient sets it
              request.setHeader(name, values.getFirst());
            }
          });
    }
  }
}
