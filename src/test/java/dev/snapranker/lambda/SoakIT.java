package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.NativeMemory;
import dev.snapranker.Thorough;
import dev.snapranker.TinyBundle;
import dev.snapranker.api.LongText;
import dev.snapranker.model.FileContent;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.score.CrossEncoder;
import dev.snapranker.score.GraphBuilder;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** 100,000 scores keep the process's native memory flat: tensors and results are closed. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from glibc")
@Timeout(600)
class SoakIT {
  private static final int SCORES = 100_000;

  @TempDir private Path folder;

  /** With a very fast model, which makes as many tensors and results as a real one. */
  @Test
  void memoryStaysFlat() throws IOException {
    TinyBundle.write(folder, "1");
    assertMemoryStaysFlat(folder, 8 << 20);
  }

  @Thorough
  @Test
  void memoryStaysFlatWithTheDefaultModel() {
    assertMemoryStaysFlat(DefaultBundle.directory(), 4 << 20);
  }

  private static void assertMemoryStaysFlat(Path directory, int mostGrowth) {
    DefaultBundle.handler(); // natives are loaded from where the settings say
    ModelBundle bundle = ModelLoader.load(directory);
    Manifest manifest = bundle.manifest();
    String[] documents = {"a", "two words", "a few more words than that, to vary the length a bit"};
    try (Tokenizer tokenizer = Tokenizer.of(bundle.tokenizerJson());
        CrossEncoder crossEncoder = crossEncoder(bundle);
        ScoringPool pool = new ScoringPool(Runtime.getRuntime().availableProcessors())) {
      PairEncoder encoder = new PairEncoder(tokenizer, manifest.pair(), manifest.maxTokens());
      EncodedQuery query = encoder.query("q");
      Runnable tenth =
          () ->
              pool.forEachWhile(
                  SCORES / 10,
                  i -> {
                    String document = documents[i % documents.length];
                    crossEncoder.logit(
                        encoder.document(query, document, LongText.KEEP_START).pairs().getFirst());
                    return true;
                  });
      tenth.run();
      tenth.run();
      long before = leastAllocated(tenth);
      long grown = leastAllocated(tenth) - before;
      System.out.printf("soak: %,d scores, native memory grew by %,d bytes%n", SCORES, grown);
      // With the tensors deliberately left open it grew by 24 MB.
      assertThat(grown).isLessThan(mostGrowth);
    }
  }

  /** Of four times: the compiler takes and returns some megabytes while code gets hot. */
  private static long leastAllocated(Runnable tenth) {
    return LongStream.generate(
            () -> {
              tenth.run();
              return allocatedBytes();
            })
        .limit(4)
        .min()
        .orElseThrow();
  }

  private static CrossEncoder crossEncoder(ModelBundle bundle) {
    try (GraphBuilder graph = new GraphBuilder(bundle.manifest());
        FileContent model = bundle.part(Manifest.MODEL)) {
      graph.add(Manifest.MODEL, model.bytes());
      return new CrossEncoder(bundle.manifest(), graph.build());
    }
  }

  private static long allocatedBytes() {
    System.gc();
    return NativeMemory.bytes();
  }
}
