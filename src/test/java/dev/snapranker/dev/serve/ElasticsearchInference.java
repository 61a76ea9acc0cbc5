package dev.snapranker.dev.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Elasticsearch posts to an inference endpoint for reranking, and what it makes of the reply.
 * Written from elastic/elasticsearch, {@code
 * x-pack/plugin/inference/src/main/java/org/elasticsearch /xpack/inference}; each method names the
 * class there and the commit that was read.
 */
final class ElasticsearchInference {
  private static final JsonMapper MAPPER = new JsonMapper();

  private ElasticsearchInference() {}

  /** {@code RankedDocsResults.RankedDoc}. */
  record RankedDoc(int index, float score, @Nullable String text) {}

  /**
   * {@code services/huggingface/request/rerank/HuggingFaceRerankRequestEntity.toXContent},
   * f41bfb936cd35b2b356621cb43b95c440560799e.
   */
  static String huggingFaceRequest(
      String query, List<String> texts, @Nullable Boolean returnText, @Nullable Integer topN) {
    ObjectNode body = MAPPER.createObjectNode();
    texts.forEach(body.putArray("texts")::add);
    body.put("query", query);
    if (returnText != null) {
      body.put("return_text", returnText);
    }
    if (topN != null) {
      body.put("top_n", topN);
    }
    return body.toString();
  }

  /**
   * {@code services/huggingface/response/HuggingFaceRerankResponseEntity.fromResponse},
   * 8adfa45ae201d8e048366a172ad3db94f5278320: an array of objects, whose {@code index} and {@code
   * score} are required numbers and whose {@code text} is a string; other fields are passed over.
   */
  static List<RankedDoc> huggingFaceReply(String body, @Nullable Integer topN) {
    JsonNode reply = tree(body);
    require(reply.isArray(), "expected an array", reply);
    List<RankedDoc> docs = new ArrayList<>();
    for (JsonNode each : reply) {
      require(each.path("index").isInt(), "Required [index]", each);
      require(each.path("score").isNumber(), "Required [score]", each);
      require(!each.has("text") || each.path("text").isTextual(), "[text]", each);
      docs.add(
          new RankedDoc(
              each.path("index").intValue(),
              each.path("score").floatValue(),
              each.path("text").textValue()));
    }
    docs.sort(Comparator.comparingDouble(RankedDoc::score).reversed());
    return topN == null ? docs : docs.subList(0, Math.min(topN, docs.size()));
  }

  /**
   * {@code services/huggingface/response/HuggingFaceErrorResponseEntity.fromResponse},
   * 8b0d91807a8187ca190a1b7bc3b43871ca55435e: {@code error} is cast to a string.
   */
  static String huggingFaceError(String body) {
    JsonNode error = tree(body).path("error");
    require(error.isTextual(), "[error] is cast to a string", error);
    return error.textValue();
  }

  /**
   * {@code services/custom/request/CustomRequest}, 429e1640ce921597f011c72a5749394b7ce6c321, with
   * {@code RerankParametersTests}, 3d73c0a65cee891c3269f5af724ade0b4efac32f, and {@code
   * common/ValidatingSubstitutor}, 303f1c6a63014354d9731a2c482e12b2fdde10f4: each placeholder is
   * replaced by JSON, and none may be left.
   */
  static String customRequest(String template, String query, List<String> input) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("query", MAPPER.valueToTree(query).toString());
    parameters.put("input", MAPPER.valueToTree(input).toString());
    String body = template;
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      body = body.replace("${" + parameter.getKey() + "}", parameter.getValue());
    }
    if (Pattern.compile("\\$\\{.*?}").matcher(body).find()) {
      throw new IllegalArgumentException("Found placeholder after replacement call: " + body);
    }
    return body;
  }

  /**
   * {@code services/custom/response/RerankResponseParser.transform},
   * 7df834876be700600d696e303ad7f31e0331c7c4: both paths must lead to lists of one length, of
   * numbers.
   */
  static List<RankedDoc> customReply(JsonNode parser, String body) {
    List<JsonNode> scores = extract(tree(body), parser.path("relevance_score").asText());
    List<JsonNode> indices = extract(tree(body), parser.path("reranked_index").asText());
    if (scores.size() != indices.size()) {
      throw new IllegalStateException(
          "The number of index fields [%d] was not the same as the number of scores [%d]"
              .formatted(indices.size(), scores.size()));
    }
    List<RankedDoc> docs = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      require(scores.get(i).isNumber(), "Unable to convert to Number", scores.get(i));
      require(indices.get(i).isNumber(), "Unable to convert to Number", indices.get(i));
      docs.add(new RankedDoc(indices.get(i).intValue(), scores.get(i).floatValue(), null));
    }
    return docs;
  }

  /**
   * {@code common/MapPathExtractor.extract}, bd6fc7e4b9aa1beded22c129c3fd06b07f9c131b, for paths
   * with one list.
   */
  private static List<JsonNode> extract(JsonNode map, String path) {
    Matcher parts = Pattern.compile("\\$\\.([^.\\[]+)\\[\\*]\\.([^.\\[]+)").matcher(path);
    if (!parts.matches()) {
      throw new IllegalArgumentException("Invalid path received [" + path + "]");
    }
    JsonNode list = map.path(parts.group(1));
    require(list.isArray(), "the current object is not a list", list);
    List<JsonNode> values = new ArrayList<>();
    for (JsonNode each : list) {
      require(each.has(parts.group(2)), "Unable to find field " + parts.group(2), each);
      values.add(each.path(parts.group(2)));
    }
    return values;
  }

  /**
   * {@code rank/textsimilarity/TextSimilarityRankFeaturePhaseRankCoordinatorContext},
   * 0196a7c31b5f4dd50f045c857a59a48557131a4c: a score for each hit, and what is shown for it.
   */
  static float[] textSimilarityScores(List<RankedDoc> docs, int hits) {
    if (docs.size() != hits) {
      throw new IllegalStateException(
          "Reranker input document count and returned score count mismatch: [%d] vs [%d]"
              .formatted(hits, docs.size()));
    }
    float[] shown = new float[hits]; // [hits]
    for (RankedDoc doc : docs) {
      shown[doc.index()] = Math.max(doc.score(), 0) + Math.min((float) Math.exp(doc.score()), 1);
    }
    return shown;
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void require(boolean holds, String failure, JsonNode at) {
    if (!holds) {
      throw new IllegalArgumentException(failure + ": " + at);
    }
  }
}
