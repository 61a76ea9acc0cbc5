package dev.snapranker.text;

import dev.snapranker.model.BertVocabulary;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * BERT's WordPiece in Java for texts of plain ASCII, which most texts are. It gives the same tokens
 * as the native library, many times faster. Other texts go to the library.
 *
 * <p>White space and punctuation separate words. From the left, a word is cut into the longest
 * pieces that the vocabulary has. A word is unknown if a rest is left or if it is too long.
 */
final class WordPiece implements Tokenizer {
  private final BertVocabulary vocabulary;
  private final int longest; // characters of the longest piece
  private final Tokenizer library;

  private WordPiece(BertVocabulary vocabulary, Tokenizer library) {
    this.vocabulary = vocabulary;
    this.longest =
        Stream.of(vocabulary.starts(), vocabulary.continuations())
            .flatMap(pieces -> pieces.keySet().stream())
            .mapToInt(String::length)
            .max()
            .orElse(0);
    this.library = library;
  }

  /** A tokenizer that is fast for plain ASCII; {@code library} itself if it is not BERT's. */
  static Tokenizer of(Tokenizer library, String tokenizerJson) {
    return BertVocabulary.of(tokenizerJson)
        .<Tokenizer>map(vocabulary -> new WordPiece(vocabulary, library))
        .orElse(library);
  }

  @Override
  public Tokens encode(String text) {
    return isPlain(text) ? encodePlain(text) : library.encode(text);
  }

  /** Whether the text has only printable ASCII and white space, and no special token's text. */
  private boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > '~' || (c < ' ' && !isSpace(c))) {
        return false;
      }
    }
    return vocabulary.specialTokens().stream().noneMatch(text::contains);
  }

  private Tokens encodePlain(String text) {
    String normalized = vocabulary.lowercase() ? text.toLowerCase(Locale.ROOT) : text;
    Pieces pieces = new Pieces(text.length() / 4 + 1);
    int end = 0;
    for (int start = 0; start < normalized.length(); start = end) {
      char first = normalized.charAt(start);
      end = start + 1;
      if (isSpace(first)) {
        continue;
      }
      if (Character.isLetterOrDigit(first)) { // else punctuation, which is a word by itself
        while (end < normalized.length() && Character.isLetterOrDigit(normalized.charAt(end))) {
          end++;
        }
      }
      addWord(normalized, start, end, pieces);
    }
    return pieces.tokens(text);
  }

  private void addWord(String text, int start, int end, Pieces pieces) {
    int before = pieces.count;
    int at = start;
    Map<String, Integer> known = vocabulary.starts();
    while (at < end && end - start <= BertVocabulary.MAX_WORD_CHARACTERS) {
      int stop = Math.min(end, at + longest);
      Integer id = null;
      while (stop > at && (id = known.get(text.substring(at, stop))) == null) {
        stop--;
      }
      if (id == null) {
        break;
      }
      pieces.add(id, at, stop);
      at = stop;
      known = vocabulary.continuations();
    }
    if (at < end) {
      pieces.count = before;
      pieces.add(vocabulary.unknown(), start, end);
    }
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  @Override
  public void close() {
    library.close();
  }

  /** Collects tokens. */
  private static final class Pieces {
    private long[] ids;
    private int[] starts;
    private int[] ends;
    private int count;

    Pieces(int expected) {
      ids = new long[expected];
      starts = new int[expected];
      ends = new int[expected];
    }

    void add(int id, int start, int end) {
      if (count == ids.length) {
        int larger = 2 * count;
        ids = Arrays.copyOf(ids, larger);
        starts = Arrays.copyOf(starts, larger);
        ends = Arrays.copyOf(ends, larger);
      }
      ids[count] = id;
      starts[count] = start;
      ends[count++] = end;
    }

    Tokens tokens(String text) {
      return new Tokens(
          text,
          Arrays.copyOf(ids, count),
          Arrays.copyOf(starts, count),
          Arrays.copyOf(ends, count));
    }
  }
}
