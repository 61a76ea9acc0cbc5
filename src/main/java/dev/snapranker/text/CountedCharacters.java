package dev.snapranker.text;

import java.text.CharacterIterator;

/** A text that counts how often a character of it is looked at. */
final class CountedCharacters implements CharacterIterator {
  private final String text;
  private int index;
  private long looks;

  CountedCharacters(String text) {
    this.text = text;
  }

  /** How often a character was looked at so far. */
  long looks() {
    return looks;
  }

  @Override
  public char current() {
    looks++;
    return index < text.length() ? text.charAt(index) : DONE;
  }

  @Override
  public char setIndex(int position) {
    index = position;
    return current();
  }

  @Override
  public char first() {
    return setIndex(0);
  }

  @Override
  public char last() {
    return setIndex(Math.max(0, text.length() - 1));
  }

  @Override
  public char next() {
    return setIndex(Math.min(index + 1, text.length()));
  }

  @Override
  public char previous() {
    return index == 0 ? DONE : setIndex(index - 1);
  }

  @Override
  public int getBeginIndex() {
    return 0;
  }

  @Override
  public int getEndIndex() {
    return text.length();
  }

  @Override
  public int getIndex() {
    return index;
  }

  /** As far as this one, with a count of its own. */
  @Override
  public Object clone() {
    CountedCharacters copy = new CountedCharacters(text);
    copy.index = index;
    return copy;
  }
}
