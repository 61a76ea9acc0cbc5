package dev.snapranker.wire.json;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

/** Jackson's bounds, with messages that do not name Jackson's settings. */
final class JsonBounds extends StreamReadConstraints {
  private static final long serialVersionUID = 1;

  /**
   * Jackson's default bounds, with our own depth. Strings have no bound of their own, because the
   * payload has one.
   *
   * @param maxDepth the nesting of arrays and objects
   */
  JsonBounds(int maxDepth) {
    super(
        maxDepth,
        DEFAULT_MAX_DOC_LEN,
        DEFAULT_MAX_NUM_LEN,
        Integer.MAX_VALUE,
        DEFAULT_MAX_NAME_LEN,
        DEFAULT_MAX_TOKEN_COUNT);
  }

  @Override
  public void validateNestingDepth(int depth) throws StreamConstraintsException {
    atMost(getMaxNestingDepth(), depth, "Document nesting depth");
  }

  @Override
  public void validateFPLength(int length) throws StreamConstraintsException {
    atMost(getMaxNumberLength(), length, "Number value length");
  }

  @Override
  public void validateIntegerLength(int length) throws StreamConstraintsException {
    validateFPLength(length);
  }

  @Override
  public void validateNameLength(int length) throws StreamConstraintsException {
    atMost(getMaxNameLength(), length, "Name length");
  }

  private static void atMost(int allowed, int got, String what) throws StreamConstraintsException {
    if (got > allowed) {
      throw new StreamConstraintsException(
          "%s (%d) exceeds the maximum allowed (%d)".formatted(what, got, allowed));
    }
  }
}
