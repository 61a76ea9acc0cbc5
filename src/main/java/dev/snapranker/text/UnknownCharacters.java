package dev.snapranker.text;

/**
 * Counts the characters of a text that a model does not know. These are the characters of unknown
 * tokens. For a model of only English they are also single letters of other scripts, which its
 * vocabulary contains although the model never learned them.
 *
 * @param unknownId the id of the unknown token; below 0 if the vocabulary has none
 * @param englishOnly whether the model reads only English
 */
public record UnknownCharacters(long unknownId, boolean englishOnly) {
  private static final int FIRST_OF_OTHER_SCRIPTS = 0x370; // the blocks before it are Latin

  /**
   * Counts the characters of some tokens.
   *
   * @param first the index of the first token
   * @param end the index after the last token
   */
  public Count count(Tokens tokens, int first, int end) {
    boolean scripts = englishOnly && hasOtherScripts(tokens.text());
    int unknown = 0;
    int total = 0;
    int reached = 0; // code points
    int at = 0; // the same in UTF-16
    int atCodePoint = 0;
    for (int token = first; token < end; token++) {
      int start = Math.max(reached, tokens.start(token)); // tokens of one character's bytes overlap
      int characters = tokens.end(token) - start;
      if (characters <= 0) {
        continue;
      }
      boolean known = tokens.ids()[token] != unknownId;
      if (known && scripts && characters == 1) {
        at = tokens.text().offsetByCodePoints(at, start - atCodePoint);
        atCodePoint = start;
        known = !isOtherLetter(tokens.text().codePointAt(at));
      }
      total += characters;
      unknown += known ? 0 : characters;
      reached = tokens.end(token);
    }
    return new Count(unknown, total);
  }

  private static boolean hasOtherScripts(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= FIRST_OF_OTHER_SCRIPTS) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOtherLetter(int character) {
    return character >= FIRST_OF_OTHER_SCRIPTS
        && Character.isLetter(character)
        && Character.UnicodeScript.of(character) != Character.UnicodeScript.LATIN;
  }

  /**
   * Numbers of characters, without white space.
   *
   * @param unknown how many characters the model does not know
   * @param total how many characters there are
   */
  public record Count(int unknown, int total) {
    /** Whether the model does not know most of the characters. */
    public boolean isMostlyUnknown() {
      return 2 * unknown > total;
    }
  }
}
