package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.NativeMemory;
import dev.snapranker.Thorough;
import dev.snapranker.TinyBundle;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.LongText;
import dev.snapranker.model.FileContent;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.score.CrossEncoder;
import dev.snapranker.score.Decoder;
import dev.snapranker.score.GraphBuilder;
import dev.snapranker.score.QueryScorer;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** 100,000 scores keep the process's native memory flat: tensors and results are closed. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from glibc")
@Timeout(600)
class SoakIT {
  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final Duration MOST_WARM_UP = Duration.ofMinutes(2);
  private static final int ROUNDS = 40;
  private static final int SCORES = 2_500; // in a round
  private static final int SCORES_PER_QUERY = 50;

  @TempDir private Path folder;

  /** With a very fast model, which makes as many tensors and results as a real one. */
  @Test
  void memoryStaysFlat() throws IOException {
    TinyBundle.write(folder, "1");
    assertMemoryStaysFlat(folder, SCORES);
  }

  /** The keys and values of queries are closed, too. */
  @Test
  void memoryStaysFlatWithADecoder() {
    assertMemoryStaysFlat(Path.of("src", "test", "resources", "families", "qwen3"), 250);
  }

  @Thorough
  @Test
  void memoryStaysFlatWithTheDefaultModel() {
    assertMemoryStaysFlat(DefaultBundle.directory(), SCORES);
  }

  /**
   * @param scores how many pairs are scored in a round, a few for each query
   */
  private static void assertMemoryStaysFlat(Path directory, int scores) {
    DefaultBundle.handler(); // natives are loaded from where the settings say
    ModelBundle bundle = ModelLoader.load(directory);
    Manifest manifest = bundle.manifest();
    String[] documents = {"a", "two words", "a few more words than that, to vary the length a bit"};
    try (Tokenizer tokenizer = Tokenizer.of(bundle.tokenizerJson());
        Scorer scorer = scorer(bundle);
        ScoringPool pool = new ScoringPool(Runtime.getRuntime().availableProcessors())) {
      PairEncoder encoder = new PairEncoder(tokenizer, manifest.pair(), manifest.maxTokens());
      EncodedQuery query = encoder.query("q");
      Runnable round =
          () -> {
            for (int done = 0; done < scores; done += SCORES_PER_QUERY) {
              try (QueryScorer open = scorer.open(query, Deadline.never())) {
                pool.forEachWhile(
                    SCORES_PER_QUERY,
                    i -> {
                      String document = documents[i % documents.length];
                      open.logit(
                          encoder
                              .document(query, document, LongText.KEEP_START)
                              .pairs()
                              .getFirst());
                      return true;
                    });
              }
            }
          };
      warmUp(round);
      long grown = usualGrowth(round);
      System.out.printf("soak: native memory grew by %,d bytes with %,d scores%n", grown, scores);
      // With one of the encoder's tensors deliberately left open it grew by 1.0 MB.
      assertThat(grown).isLessThan((256 << 10) * scores / SCORES);
    }
  }

  /** Until the compiler is idle, because it takes megabytes for what it compiles. */
  private static void warmUp(Runnable round) {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long started = System.nanoTime();
    long compiled = -1;
    long idleSince = started;
    while (System.nanoTime() - idleSince < IDLE.toNanos()
        && System.nanoTime() - started < MOST_WARM_UP.toNanos()) {
      round.run();
      long now = compiler.getTotalCompilationTime();
      if (now != compiled) {
        compiled = now;
        idleSince = System.nanoTime();
      }
    }
  }

  /** The median of all rounds, because a late compilation takes and returns megabytes. */
  private static long usualGrowth(Runnable round) {
    long[] grown = new long[ROUNDS];
    long before = allocatedBytes();
    for (int i = 0; i < ROUNDS; i++) {
      round.run();
      long after = allocatedBytes();
      grown[i] = after - before;
      before = after;
    }
    Arrays.sort(grown);
    return grown[ROUNDS / 2];
  }

  private static Scorer scorer(ModelBundle bundle) {
    Manifest manifest = bundle.manifest();
    try (GraphBuilder graph = new GraphBuilder(manifest);
        FileContent model = bundle.part(Manifest.MODEL)) {
      graph.add(Manifest.MODEL, model.bytes());
      return manifest.decoder() == null
          ? new CrossEncoder(manifest, graph.build())
          : new Decoder(manifest, graph.build());
    }
  }

  private static long allocatedBytes() {
    System.gc();
    return NativeMemory.bytes();
  }
}
