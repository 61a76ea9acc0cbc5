package dev.snapranker.dev.serve;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.text.StringEscapeUtils;
import org.apache.commons.text.StringSubstitutor;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * What OpenSearch's ml-commons (3.8.0.0) does before and after a remote model is called, with the
 * libraries and versions that it uses: Gson, commons-text, org.json, JsonPath with json-smart, and
 * the AWS SDK's signer.
 */
final class MlCommons {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

  private final JsonNode connector;
  private final JsonNode action;

  private MlCommons(JsonNode connector) {
    this.connector = connector;
    this.action = connector.path("actions").path(0);
  }

  static MlCommons of(Path connector) {
    try {
      return new MlCommons(new JsonMapper().readTree(Files.readString(connector)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String preProcessFunction() {
    return action.path("pre_process_function").asText();
  }

  String postProcessFunction() {
    return action.path("post_process_function").asText();
  }

  URI url() {
    return URI.create(action.path("url").asText());
  }

  /**
   * The body of the request: {@code CohereRerankPreProcessFunction.process}, {@code
   * StringUtils.convertScriptStringToJsonString}, {@code
   * ConnectorUtils.escapeRemoteInferenceInputData}, {@code HttpConnector.createPayload}.
   */
  String payload(String query, List<String> documents) {
    Map<String, String> parameters = new HashMap<>();
    for (Map.Entry<String, JsonNode> parameter : connector.path("parameters").properties()) {
      parameters.put(parameter.getKey(), parameter.getValue().asText());
    }
    parameters.put("query", escaped(query));
    parameters.put("documents", escaped(GSON.toJson(documents)));
    parameters.put("top_n", escaped(GSON.toJson(documents.size())));
    String payload =
        new StringSubstitutor(parameters, "${parameters.", "}")
            .replace(action.path("request_body").asText());
    if (!isJson(payload)) {
      throw new IllegalArgumentException("Invalid payload: " + payload);
    }
    return payload;
  }

  /** What is JSON stays as it is; all else is escaped for a place between quotes. */
  private static String escaped(String value) {
    return isJson(value) ? value : StringEscapeUtils.escapeJson(value);
  }

  /** {@code StringUtils.isJson}: an object or an array, for org.json. */
  private static boolean isJson(String text) {
    try {
      new JSONObject(text);
      return true;
    } catch (JSONException notAnObject) {
      try {
        new JSONArray(text);
        return true;
      } catch (JSONException notAnArray) {
        return false;
      }
    }
  }

  /** {@code AbstractConnector.createDecryptedHeaders}, {@code ConnectorUtils.buildSdkRequest}. */
  Map<String, String> headers() {
    Map<String, String> credential = new HashMap<>();
    for (Map.Entry<String, JsonNode> part : connector.path("credential").properties()) {
      credential.put(part.getKey(), part.getValue().asText());
    }
    StringSubstitutor substitutor = new StringSubstitutor(credential, "${credential.", "}");
    Map<String, String> headers = new HashMap<>();
    headers.put("content-type", "application/json");
    for (Map.Entry<String, JsonNode> header : action.path("headers").properties()) {
      headers.put(header.getKey(), substitutor.replace(header.getValue().asText()));
    }
    return headers;
  }

  /** {@code AwsConnector.getServiceName}, {@code ConnectorUtils.signRequest}. */
  SdkHttpRequest signed(URI uri, String payload) {
    SdkHttpRequest.Builder request = SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(uri);
    headers().forEach(request::putHeader);
    JsonNode parameters = connector.path("parameters");
    AwsBasicCredentials credentials =
        AwsBasicCredentials.create(
            connector.path("credential").path("access_key").asText(),
            connector.path("credential").path("secret_key").asText());
    return AwsV4HttpSigner.create()
        .sign(signing ->
            signing
                .identity(credentials)
                .request(request.build())
                .payload(ContentStreamProvider.fromString(payload, StandardCharsets.UTF_8))
                .putProperty(
                    AwsV4HttpSigner.SERVICE_SIGNING_NAME, parameters.path("service_name").asText())
                .putProperty(AwsV4HttpSigner.REGION_NAME, parameters.path("region").asText()))
        .request();
  }

  /**
   * The scores in the order of the documents: {@code MLPostProcessFunction.getResponseFilter},
   * {@code CohereRerankPostProcessFunction.process}. A result's index must be below their number.
   */
  static List<Double> scores(String reply) {
    List<Map<String, Object>> results = JsonPath.read(reply, "$.results");
    Double[] scores = new Double[results.size()];
    for (Map<String, Object> result : results) {
      int index = (Integer) requireNonNull(result.get("index"));
      scores[index] = (Double) requireNonNull(result.get("relevance_score"));
    }
    return Arrays.asList(scores);
  }
}
