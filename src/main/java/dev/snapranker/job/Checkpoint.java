package dev.snapranker.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.model.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard is, as one object that is replaced as a whole: a line with the layout's name and
 * the SHA-256 of the rest, a line of JSON, and what the outputs have beyond their last complete
 * parts.
 *
 * @param header the line of JSON
 * @param tails as long as the header says, one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // goes from hand to hand and is compared with none
record Checkpoint(Header header, byte[] tails) {
  /** Of the layout below. One of another layout is as none. */
  private static final String LAYOUT = "snapranker-job-2 ";

  private static final String ANY_LAYOUT = "snapranker-job-";

  private static final JsonMapper MAPPER = new JsonMapper();

  /**
   * The line of JSON.
   *
   * @param input whose the outputs are, by its full name
   * @param fingerprint of the input, the options, the model and the program
   * @param stage how far
   * @param line the last that is done with, from 1; 0 for none
   * @param digest of the input up to this line's end
   * @param errors bad lines among these
   * @param timeouts calls in a row that did not get past the line after this one
   * @param outputs what it takes to go on with each
   */
  record Header(
      @JsonProperty("input") String input,
      @JsonProperty("fingerprint") String fingerprint,
      @JsonProperty("stage") Stage stage,
      @JsonProperty("line") long line,
      @JsonProperty("digest") String digest,
      @JsonProperty("errors") long errors,
      @JsonProperty("timeouts") int timeouts,
      @JsonProperty("outputs") List<Output.State> outputs) {}

  /** How far a shard is. */
  enum Stage {
    RANKING,
    /** All is uploaded; what is left is to commit. */
    COMMITTING,
    DONE
  }

  byte[] bytes() {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      rest.writeBytes(MAPPER.writeValueAsBytes(header));
    } catch (IOException e) {
      throw new IllegalStateException("a header can be written", e);
    }
    rest.write('\n');
    rest.writeBytes(tails);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(
        (LAYOUT + Sha256.hex(rest.toByteArray()) + "\n").getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(rest.toByteArray());
    return all.toByteArray();
  }

  /** Whether the bytes are a checkpoint of whatever layout, if a damaged one. */
  static boolean isOurs(byte[] bytes) {
    byte[] start = ANY_LAYOUT.getBytes(StandardCharsets.US_ASCII);
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }

  /** Null if the bytes are not those of a checkpoint. */
  static @Nullable Checkpoint parse(byte[] bytes) {
    int restAt = indexOfLineEnd(bytes, 0) + 1;
    byte[] rest = Arrays.copyOfRange(bytes, restAt, bytes.length);
    String first = new String(bytes, 0, Math.max(0, restAt - 1), StandardCharsets.ISO_8859_1);
    if (!first.equals(LAYOUT + Sha256.hex(rest))) {
      return null;
    }
    int tailsAt = indexOfLineEnd(rest, 0) + 1;
    try {
      Header header = MAPPER.readValue(rest, 0, tailsAt, Header.class);
      return new Checkpoint(header, Arrays.copyOfRange(rest, tailsAt, rest.length));
    } catch (IOException e) {
      return null;
    }
  }

  private static int indexOfLineEnd(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
