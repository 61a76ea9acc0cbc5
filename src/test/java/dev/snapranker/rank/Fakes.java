package dev.snapranker.rank;

import dev.snapranker.TinyManifest;
import dev.snapranker.api.TextPolicy;
import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import dev.snapranker.text.Tokens;
import dev.snapranker.text.UnknownCharacters;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Models whose logits are written in the documents: the n-th character, from '5' = 0. */
public final class Fakes {
  /** As if the function's settings were left alone. */
  public static final TextPolicy TEXTS = new TextPolicy(32_768, 32_768, false);

  /** Of a vocabulary without an unknown token. */
  static final UnknownCharacters NOTHING_UNKNOWN = new UnknownCharacters(-1, false);

  private static final int SEP = 102;

  private final LongSupplier clock;

  /** How often a text was tokenised. */
  final AtomicInteger tokenised = new AtomicInteger();

  public Fakes() {
    this(System::nanoTime);
  }

  /**
   * @param clock the models' clock
   */
  Fakes(LongSupplier clock) {
    this.clock = clock;
  }

  /** A character is a token. */
  private final Tokenizer characters =
      new Tokenizer() {
        @Override
        public Tokens encode(String text) {
          tokenised.incrementAndGet();
          int[] starts = IntStream.range(0, text.length()).toArray();
          int[] ends = IntStream.rangeClosed(1, text.length()).toArray();
          return new Tokens(text, text.chars().asLongStream().toArray(), starts, ends);
        }

        @Override
        public void close() {}
      };

  /** A model that reads the {@code position}-th character of a document. */
  public Model model(String id, int position) {
    return model(id, "v", digitAt(position), null);
  }

  /** A model with this scorer. */
  public Model model(String id, Scorer scorer) {
    return model(id, "v", scorer, null);
  }

  Model model(String id, String vocabulary, Scorer scorer, @Nullable FusionWeights weights) {
    Manifest manifest = manifest(id, vocabulary);
    PairEncoder encoder = new PairEncoder(characters, manifest.pair(), manifest.maxTokens());
    return new Model(manifest, encoder, scorer, NOTHING_UNKNOWN, weights, ScoreCache.OFF, clock);
  }

  /** One that keeps what it scored in {@code cache}. */
  Model model(String id, int position, ScoreCache cache) {
    return model(id, digitAt(position), cache);
  }

  Model model(String id, Scorer scorer, ScoreCache cache) {
    Manifest manifest = manifest(id, "v");
    PairEncoder encoder = new PairEncoder(characters, manifest.pair(), manifest.maxTokens());
    return new Model(manifest, encoder, scorer, NOTHING_UNKNOWN, null, cache, clock);
  }

  static Scorer digitAt(int position) {
    return pair -> {
      long[] ids = pair.inputIds();
      int document = 1;
      while (ids[document] != SEP) {
        document++;
      }
      return ids[document + 1 + position] - '5';
    };
  }

  static Manifest manifest(String id, String vocabulary) {
    return manifest(id, vocabulary, 32);
  }

  static Manifest manifest(String id, String vocabulary, int maxTokens) {
    return new TinyManifest().id(id).vocabulary(vocabulary).maxTokens(maxTokens).build();
  }
}
