package dev.snapranker.dev.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time budget to measure.
 *
 * @param amount milliseconds, or a percentage of the request's time without a budget
 */
record BenchBudget(int amount, boolean isShare) {
  private static final Pattern FORMAT = Pattern.compile("([1-9]\\d{0,5})(%?)");

  /** The budget for a request that takes {@code fullMillis} without one. */
  int millis(double fullMillis) {
    return isShare ? (int) Math.max(1, Math.round(fullMillis * amount / 100)) : amount;
  }

  @Override
  public String toString() {
    return amount + (isShare ? " %" : " ms");
  }

  static final class Converter implements ITypeConverter<BenchBudget> {
    @Override
    public BenchBudget convert(String value) {
      Matcher matcher = FORMAT.matcher(value);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'%s' is not a budget; expected 1..999999 milliseconds, such as 50, or a share, such as 30%%"
                .formatted(value));
      }
      return new BenchBudget(Integer.parseInt(matcher.group(1)), !matcher.group(2).isEmpty());
    }
  }
}
