package dev.snapranker.dev.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option that is a whole number. A subclass has the range, which the message says. */
public abstract class WholeNumber implements ITypeConverter<Integer> {
  private final int least;
  private final int most;

  protected WholeNumber(int least, int most) {
    this.least = least;
    this.most = most;
  }

  @Override
  public final Integer convert(String value) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number out of range.
    }
    throw new TypeConversionException(
        "'%s'; expected a whole number in %d..%d".formatted(value, least, most));
  }

  /** How many there are, at least one. */
  public static final class OneOrMore extends WholeNumber {
    OneOrMore() {
      super(1, Integer.MAX_VALUE);
    }
  }

  /** How many parts the queries have. Their number is known only after they are read. */
  public static final class Folds extends WholeNumber {
    Folds() {
      super(2, Integer.MAX_VALUE);
    }
  }
}
