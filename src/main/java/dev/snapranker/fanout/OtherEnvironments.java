package dev.snapranker.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Deadline;
import dev.snapranker.rank.scoring.Elsewhere;
import dev.snapranker.rank.scoring.FanOutTally;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.Slice;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Has slices scored in other execution environments, by invoking the function's alias. A slice that
 * fails is tried once more. Before {@link #open} and after {@link #close} no slice is sent, so
 * neither a rehearsal nor a snapshot has connections or credentials.
 */
public final class OtherEnvironments implements Elsewhere, AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int ATTEMPTS = 2;

  /** The time for the way back, in milliseconds; at most a quarter of what is left. */
  private static final long WAY_BACK_MILLIS = 25;

  /** With more time than this, the first attempt leaves half of it for the second. */
  private static final long AMPLE_MILLIS = 10_000;

  /** Lambda's longest call. */
  private static final long LONGEST_MILLIS = 900_000;

  /** Bytes of an event that are not pairs. */
  private static final int OUTLINE_BYTES = 4096;

  private final Target target;
  private volatile @Nullable Invoker invoker;

  public OtherEnvironments(Target target) {
    this.target = target;
  }

  /** The most work of a slice whose event may have so many bytes. */
  public static long mostWork(int eventBytes) {
    // Base64 writes three bytes as four. PairBytes needs no more integers than Slicing counts work.
    return Math.max(0, eventBytes - OUTLINE_BYTES) * 3L / 4 / Integer.BYTES;
  }

  /** From now on, slices are sent. */
  public synchronized void open() {
    close();
    invoker = new Invoker(target);
  }

  /**
   * Sends a few pairs nowhere, so that the classes of the way are loaded.
   *
   * @return the event of this slice
   */
  public byte[] rehearse(Model model) {
    Slice slice = new Slice(model, model.pairsOfOneQuery());
    try (Invoker nowhere = new Invoker(target.nowhere())) {
      var _ = score(slice, Deadline.inMillis(AMPLE_MILLIS), new FanOutTally(), nowhere);
    }
    return SliceJson.event(slice, AMPLE_MILLIS);
  }

  @Override
  public float @Nullable [] score(Slice slice, Deadline deadline, FanOutTally tally) {
    Invoker open = invoker;
    return open == null ? null : score(slice, deadline, tally, open);
  }

  private static float @Nullable [] score(
      Slice slice, Deadline deadline, FanOutTally tally, Invoker invoker) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      long millis = millis(deadline, attempt);
      if (millis < 1 || Thread.currentThread().isInterrupted()) {
        return null;
      }
      byte[] event = SliceJson.event(slice, millis);
      Duration limit = Duration.ofMillis(millis + WAY_BACK_MILLIS);
      switch (invoker.invoke(event, limit)) {
        case Invoked.Replied(String payload) -> {
          JsonNode reply = parse(payload);
          float[] logits =
              SliceJson.logits(reply, slice.model().fingerprint(), slice.pairs().size());
          if (logits != null) {
            return logits;
          }
          tally.addFailed(problem(reply));
        }
        case Invoked.Throttled _ -> tally.addThrottled();
        case Invoked.Failed(String problem) -> {
          if (Thread.currentThread().isInterrupted()) {
            return null; // given up
          }
          tally.addFailed(problem);
        }
      }
    }
    return null;
  }

  /** How long the other environment may take. */
  private static long millis(Deadline deadline, int attempt) {
    long left = Math.min(LONGEST_MILLIS, deadline.remainingNanos() / 1_000_000);
    long usable = left - Math.min(WAY_BACK_MILLIS, left / 4);
    return attempt < ATTEMPTS && usable > AMPLE_MILLIS ? usable / 2 : usable;
  }

  private static JsonNode parse(String payload) {
    try {
      return MAPPER.readTree(payload);
    } catch (IOException e) {
      return MAPPER.missingNode();
    }
  }

  /** The code of the reply's error, or that it is no reply to a slice. */
  private static String problem(JsonNode reply) {
    String code = reply.path("error").path("code").asText();
    return code.matches("[a-z_]{1,40}") ? code : "not a reply to a slice";
  }

  @Override
  public synchronized void close() {
    Invoker open = invoker;
    invoker = null;
    if (open != null) {
      open.close();
    }
  }
}
