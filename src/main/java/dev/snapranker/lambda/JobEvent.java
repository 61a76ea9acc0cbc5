package dev.snapranker.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.job.JobOptions;
import dev.snapranker.job.OutputCheck;
import dev.snapranker.job.Shard;
import dev.snapranker.store.Place.S3Object;
import dev.snapranker.wire.dialect.LineJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The event of a job function. It is either one shard, {@code {input, output, trec?,
 * checkpoint_seconds?, options?}}, or a batch of a Distributed Map over the objects of a prefix,
 * {@code {BatchInput: {bucket, prefix?, output, trec?, …}, Items: [{Key}, …]}}. The outputs of a
 * batch keep their inputs' paths below the prefix.
 */
record JobEvent(List<Shard> shards, JobOptions options) {
  private static final double CHECKPOINT_SECONDS = 30;
  private static final List<String> SHARED =
      List.of("output", "trec", "checkpoint_seconds", "options");

  static JobEvent read(JsonNode event, Limits limits) {
    return event.hasNonNull("Items") || event.hasNonNull("BatchInput")
        ? batch(event, limits)
        : single(event, limits);
  }

  private static JobEvent single(JsonNode event, Limits limits) {
    JobOptions options = options(event, "", List.of("input"), limits);
    S3Object output = place(event, "", "output");
    return new JobEvent(
        List.of(Shard.of(place(event, "", "input"), output, options.trec())), options);
  }

  private static JobEvent batch(JsonNode event, Limits limits) {
    JsonNode shared = event.path("BatchInput");
    JobOptions options = options(shared, "BatchInput.", List.of("bucket", "prefix"), limits);
    S3Object output = place(shared, "BatchInput.", "output");
    S3Object bucket = S3Object.parse("s3://" + text(shared, "BatchInput.", "bucket"));
    @Nullable String prefix =
        shared.hasNonNull("prefix") ? text(shared, "BatchInput.", "prefix") : null;
    if (prefix != null) {
      OutputCheck.requireSeparate(bucket.withKey(prefix), output);
    }
    List<Shard> shards = new ArrayList<>();
    for (JsonNode item : event.path("Items")) {
      String key = text(item, "Items[" + shards.size() + "].", "Key");
      if (!key.endsWith("/")) { // not a folder that the S3 console made
        S3Object input = bucket.withKey(key);
        shards.add(
            prefix == null
                ? Shard.of(input, output, options.trec())
                : Shard.below(prefix, input, output, options.trec()));
      }
    }
    if (!event.path("Items").isArray() || event.path("Items").isEmpty()) {
      throw new RerankException(Reason.EMPTY, "Items", "is empty; expected at least one");
    }
    return new JobEvent(List.copyOf(shards), options);
  }

  private static JobOptions options(JsonNode event, String path, List<String> own, Limits limits) {
    if (!event.isObject()) {
      throw new RerankException(
          Reason.WRONG_TYPE,
          "the event is not an object; expected {input, output} or a batch of a Distributed Map");
    }
    for (Map.Entry<String, JsonNode> field : event.properties()) {
      if (!field.getValue().isNull()
          && !own.contains(field.getKey())
          && !SHARED.contains(field.getKey())) {
        throw new RerankException(
            Reason.UNKNOWN_FIELD,
            path + field.getKey(),
            "is not a known field; expected %s, %s"
                .formatted(String.join(", ", own), String.join(", ", SHARED)));
      }
    }
    JsonNode trec = event.path("trec");
    require(isLeftOut(trec) || trec.isBoolean(), trec, path + "trec", "true or false");
    JsonNode seconds = event.path("checkpoint_seconds");
    require(
        isLeftOut(seconds) || seconds.isNumber(), seconds, path + "checkpoint_seconds", "a number");
    JsonNode lines = event.path("options");
    require(isLeftOut(lines) || lines.isObject(), lines, path + "options", "an object");
    return new JobOptions(
        new LineJson(
            limits,
            lines instanceof ObjectNode fields ? fields : JsonNodeFactory.instance.objectNode()),
        trec.asBoolean(false),
        Math.round(seconds.asDouble(CHECKPOINT_SECONDS) * 1000));
  }

  private static boolean isLeftOut(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static S3Object place(JsonNode event, String path, String name) {
    String text = text(event, path, name);
    try {
      return S3Object.parse(text);
    } catch (IllegalArgumentException e) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, path + name, "is '%s'; expected s3://BUCKET/KEY".formatted(text));
    }
  }

  private static String text(JsonNode event, String path, String name) {
    @Nullable JsonNode value = event.get(name);
    if (value == null || value.isNull()) {
      throw new RerankException(Reason.MISSING_FIELD, path + name, "is missing; expected a string");
    }
    require(value.isTextual(), value, path + name, "a string");
    return value.textValue();
  }

  private static void require(boolean holds, JsonNode value, String field, String expected) {
    if (!holds) {
      throw new RerankException(
          Reason.WRONG_TYPE,
          field,
          "is of type %s; expected %s"
              .formatted(value.getNodeType().name().toLowerCase(Locale.ROOT), expected));
    }
  }
}
