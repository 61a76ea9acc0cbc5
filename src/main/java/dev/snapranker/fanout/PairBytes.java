package dev.snapranker.fanout;

import dev.snapranker.text.EncodedPair;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pairs as bytes: for each the number of tokens, their ids, where the document begins, the number
 * of runs of equal segment ids, and for each run the segment and its length; all of them integers
 * of four bytes. A template makes two runs at most, so a pair has no more integers than its {@link
 * dev.snapranker.rank.scoring.Slicing#work work}, which bounds an event's bytes.
 */
final class PairBytes {
  private PairBytes() {}

  static byte[] write(List<EncodedPair> pairs) {
    int integers = pairs.stream().mapToInt(pair -> 3 + pair.tokens() + 2 * runs(pair)).sum();
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * integers);
    for (EncodedPair pair : pairs) {
      bytes.putInt(pair.tokens());
      for (long id : pair.inputIds()) {
        bytes.putInt(Math.toIntExact(id));
      }
      bytes.putInt(pair.documentStart());
      bytes.putInt(runs(pair));
      long[] segments = pair.segmentIds();
      for (int start = 0; start < segments.length; ) {
        int end = runEnd(segments, start);
        bytes.putInt(Math.toIntExact(segments[start])).putInt(end - start);
        start = end;
      }
    }
    return bytes.array();
  }

  private static int runs(EncodedPair pair) {
    int runs = 0;
    for (int start = 0; start < pair.tokens(); start = runEnd(pair.segmentIds(), start)) {
      runs++;
    }
    return runs;
  }

  private static int runEnd(long[] segments, int start) {
    int end = start;
    while (end < segments.length && segments[end] == segments[start]) {
      end++;
    }
    return end;
  }

  /** The pairs; refuses bytes that are no pairs, and pairs that do not fit into the window. */
  static List<EncodedPair> read(byte[] written, int maxTokens) {
    ByteBuffer bytes = ByteBuffer.wrap(written);
    List<EncodedPair> pairs = new ArrayList<>();
    try {
      while (bytes.hasRemaining()) {
        pairs.add(pair(bytes, maxTokens));
      }
    } catch (BufferUnderflowException e) {
      throw SliceJson.refusedPairs("ends within a pair");
    }
    if (pairs.isEmpty()) {
      throw SliceJson.refusedPairs("is empty; expected at least one pair");
    }
    return pairs;
  }

  private static EncodedPair pair(ByteBuffer bytes, int maxTokens) {
    int tokens = bytes.getInt();
    if (tokens < 1 || tokens > maxTokens) {
      throw SliceJson.refusedPairs(
          "has a pair of %d tokens; expected 1..%d".formatted(tokens, maxTokens));
    }
    long[] ids = new long[tokens];
    for (int i = 0; i < tokens; i++) {
      ids[i] = notNegative(bytes.getInt());
    }
    int documentStart = bytes.getInt();
    if (documentStart < 0 || documentStart > tokens) {
      throw SliceJson.refusedPairs(
          "has a document that begins at %d; expected 0..%d".formatted(documentStart, tokens));
    }
    long[] segments = new long[tokens];
    int filled = 0;
    for (int runs = bytes.getInt(); runs > 0; runs--) {
      long segment = notNegative(bytes.getInt());
      int length = bytes.getInt();
      if (length < 1 || length > tokens - filled) {
        throw SliceJson.refusedPairs("has segments that are not of the pair's length");
      }
      Arrays.fill(segments, filled, filled + length, segment);
      filled += length;
    }
    if (filled < tokens) {
      throw SliceJson.refusedPairs("has segments that are not of the pair's length");
    }
    return new EncodedPair(ids, segments, documentStart);
  }

  private static long notNegative(int id) {
    if (id < 0) {
      throw SliceJson.refusedPairs("has an id below 0");
    }
    return id;
  }
}
