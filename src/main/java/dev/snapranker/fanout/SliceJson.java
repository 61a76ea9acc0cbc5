package dev.snapranker.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.model.Manifest;
import dev.snapranker.rank.scoring.Slice;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The event of a slice, {@code {"snapranker_slice": {format, model, revision, fingerprint, millis,
 * pairs}}}, and its reply, {@code {"snapranker_slice": {fingerprint, logits}}}. Token ids and
 * logits are in Base64, so that no bit of a logit is lost.
 */
final class SliceJson {
  /** The only field of the event. */
  static final String FIELD = "snapranker_slice";

  static final String MODEL = "model";
  static final String REVISION = "revision";
  static final String FINGERPRINT = "fingerprint";
  private static final String FORMAT = "format";
  private static final String MILLIS = "millis";
  private static final String PAIRS = "pairs";
  private static final String LOGITS = "logits";

  private static final int VERSION = 1;
  private static final FieldPath PATH = FieldPath.of(FIELD);
  private static final List<String> EVENT =
      List.of(FORMAT, MODEL, REVISION, FINGERPRINT, MILLIS, PAIRS);

  private SliceJson() {}

  /**
   * A slice as another environment sent it.
   *
   * @param millis how long the sender waits
   * @param pairs Base64
   */
  record Posted(String model, String revision, String fingerprint, int millis, String pairs) {
    /** The passages; throws a {@link RerankException} if the model cannot read one. */
    List<EncodedPair> pairs(Manifest manifest) {
      return PairBytes.read(bytes(pairs, PATH.field(PAIRS)), manifest.maxTokens());
    }

    Deadline deadline(Deadline own) {
      return own.or(Deadline.inNanos(millis * 1_000_000L, own.clock()));
    }
  }

  static byte[] event(Slice slice, long millis) {
    Manifest manifest = slice.model().manifest();
    byte[] pairs = PairBytes.write(slice.pairs());
    return Json.write(
            out -> {
              out.writeStartObject();
              out.writeObjectFieldStart(FIELD);
              out.writeNumberField(FORMAT, VERSION);
              out.writeStringField(MODEL, manifest.id());
              out.writeStringField(REVISION, manifest.revision());
              out.writeStringField(FINGERPRINT, slice.model().fingerprint());
              out.writeNumberField(MILLIS, millis);
              out.writeBinaryField(PAIRS, pairs);
              out.writeEndObject();
              out.writeEndObject();
            })
        .getBytes(StandardCharsets.UTF_8);
  }

  static Posted read(JsonNode event) {
    Fields outer = Fields.of(event, List.of(FIELD));
    Fields slice = outer.object(FIELD, EVENT);
    Integer format = slice.optionalInteger(FORMAT, VERSION, VERSION);
    Integer millis = slice.optionalInteger(MILLIS, 1);
    if (format == null || format != VERSION) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, PATH.field(FORMAT), "is not known here; expected " + VERSION);
    }
    if (millis == null || millis < 1) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, PATH.field(MILLIS), "is not set; expected 1 or more");
    }
    return new Posted(
        slice.string(MODEL),
        slice.string(REVISION),
        slice.string(FINGERPRINT),
        millis,
        slice.string(PAIRS));
  }

  static String reply(String fingerprint, float[] logits) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * logits.length);
    bytes.asFloatBuffer().put(logits);
    return Json.write(out -> {
      out.writeStartObject();
      out.writeObjectFieldStart(FIELD);
      out.writeStringField(FINGERPRINT, fingerprint);
      out.writeBinaryField(LOGITS, bytes.array());
      out.writeEndObject();
      out.writeEndObject();
    });
  }

  /**
   * The logits of a reply.
   *
   * @param fingerprint of the model that must have computed them
   * @param count how many logits there must be
   * @return null if the reply is anything else
   */
  static float @Nullable [] logits(JsonNode reply, String fingerprint, int count) {
    JsonNode slice = reply.path(FIELD);
    if (!slice.path(FINGERPRINT).asText().equals(fingerprint)) {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(slice.path(LOGITS).asText());
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (bytes.length != Float.BYTES * count) {
      return null;
    }
    float[] logits = new float[count];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(logits);
    for (float logit : logits) {
      if (Float.isInfinite(logit)) {
        return null;
      }
    }
    return logits;
  }

  private static byte[] bytes(String base64, FieldPath path) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new RerankException(Reason.OUT_OF_RANGE, path, "is not Base64");
    }
  }

  /** The failure of pairs that no environment of this function would send. */
  static RerankException refusedPairs(String problem) {
    return new RerankException(Reason.OUT_OF_RANGE, PATH.field(PAIRS), problem);
  }
}
