package dev.snapranker.api;

/** A number with its noun for messages: 1 query, 2 queries. */
public final class Counted {
  private Counted() {}

  /**
   * The number and the noun.
   *
   * @param noun in the singular
   */
  public static String of(long count, String noun) {
    return count + " " + noun(count, noun);
  }

  /** The noun alone. */
  public static String noun(long count, String noun) {
    if (count == 1) {
      return noun;
    }
    if (noun.endsWith("ss")) {
      return noun + "es";
    }
    return noun.endsWith("y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
  }

  /**
   * A share of what is counted, and what it does: 1 of 2 candidates was, 2 of 2 candidates were.
   */
  public static String share(long part, long all, String noun, String doesOne, String doMore) {
    return "%d of %s %s".formatted(part, of(all, noun), part == 1 ? doesOne : doMore);
  }
}
