package dev.snapranker.examples.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Sends JSON to a server, and receives JSON from it. */
final class JsonHttp {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String url;

  /**
   * @param url the server's URL without a slash at its end
   */
  JsonHttp(String url) {
    this.url = url;
  }

  /** Sends a request and returns the reply; throws an exception for a status other than 2xx. */
  JsonNode send(String method, String path, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("content-type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> reply;
    try {
      reply = CLIENT.send(request, BodyHandlers.ofString());
    } catch (ConnectException e) {
      throw new IOException("No server answers at " + url, e);
    }
    if (reply.statusCode() / 100 != 2) {
      throw new IOException(
          "%s %s%s: %d %s".formatted(method, url, path, reply.statusCode(), reply.body()));
    }
    return JSON.readTree(reply.body());
  }
}
