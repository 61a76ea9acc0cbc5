package dev.snapranker.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.model.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The saved progress of a shard: one object, which is always replaced as a whole. It consists of a
 * line with the layout's name and the SHA-256 of the rest, a line of JSON, and the tails of the
 * outputs, one after the other.
 *
 * @param input the full name of the input
 * @param fingerprint a digest of the input, the options, the model and the program's version
 * @param line the number of the last finished line, from 1; 0 for none
 * @param digest the digest of the input up to the end of this line
 * @param errors how many of the finished lines are errors
 * @param timeouts how many calls in a row ran out of time in the line after this one
 * @param outputs the state of each output, from which a later run continues
 */
record Checkpoint(
    @JsonProperty("input") String input,
    @JsonProperty("fingerprint") String fingerprint,
    @JsonProperty("stage") Phase stage,
    @JsonProperty("line") long line,
    @JsonProperty("digest") String digest,
    @JsonProperty("errors") long errors,
    @JsonProperty("timeouts") int timeouts,
    @JsonProperty("outputs") List<Output.State> outputs) {
  /** A checkpoint with another layout is ignored. */
  private static final String LAYOUT = "snapranker-job-2 ";

  private static final String ANY_LAYOUT = "snapranker-job-";

  private static final JsonMapper MAPPER = new JsonMapper();

  /** The next step of a shard. */
  enum Phase {
    RANKING,
    /** All lines are ranked, and their results are uploaded. */
    COMMITTING,
    DONE
  }

  byte[] bytes() {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      rest.writeBytes(MAPPER.writeValueAsBytes(this));
    } catch (IOException e) {
      throw new IllegalStateException("a checkpoint can be written", e);
    }
    rest.write('\n');
    outputs.forEach(output -> rest.writeBytes(output.tail()));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(
        (LAYOUT + Sha256.hex(rest.toByteArray()) + "\n").getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(rest.toByteArray());
    return all.toByteArray();
  }

  /** Whether the bytes are a checkpoint of any layout, perhaps a damaged one. */
  static boolean isCheckpoint(byte[] bytes) {
    byte[] start = ANY_LAYOUT.getBytes(StandardCharsets.US_ASCII);
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }

  /** Reads a checkpoint; null if the bytes are not a valid one. */
  static @Nullable Checkpoint parse(byte[] bytes) {
    int restAt = indexOfLineEnd(bytes) + 1;
    byte[] rest = Arrays.copyOfRange(bytes, restAt, bytes.length);
    String first = new String(bytes, 0, Math.max(0, restAt - 1), StandardCharsets.ISO_8859_1);
    if (!first.equals(LAYOUT + Sha256.hex(rest))) {
      return null;
    }
    int tailsAt = indexOfLineEnd(rest) + 1;
    try {
      Checkpoint checkpoint = MAPPER.readValue(rest, 0, tailsAt, Checkpoint.class);
      ByteBuffer tails = ByteBuffer.wrap(rest, tailsAt, rest.length - tailsAt);
      checkpoint.outputs.forEach(output -> tails.get(output.tail()));
      return checkpoint;
    } catch (IOException e) {
      return null;
    }
  }

  private static int indexOfLineEnd(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
