package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.score.CrossEncoder;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.HuggingFaceTokens;
import dev.snapranker.text.PairEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** 100,000 scores keep the process's memory flat: tensors and results are closed. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "resident memory is read from /proc")
@Timeout(600)
class SoakIT {
  private static final int SCORES = 100_000;

  @Test
  void memoryStaysFlat() throws IOException {
    DefaultBundle.handler(); // natives are loaded from where the settings say
    ModelBundle bundle = ModelLoader.load(DefaultBundle.directory());
    Manifest manifest = bundle.manifest();
    String[] documents = {"a", "two words", "a few more words than that, to vary the length a bit"};
    try (HuggingFaceTokens tokenizer = new HuggingFaceTokens(bundle.tokenizerJson());
        CrossEncoder crossEncoder = new CrossEncoder(bundle);
        ScoringPool pool = new ScoringPool(Runtime.getRuntime().availableProcessors())) {
      PairEncoder encoder = new PairEncoder(tokenizer, manifest.pair(), manifest.maxTokens());
      EncodedQuery query = encoder.query("q");
      Runnable tenth =
          () ->
              pool.forEach(
                  SCORES / 10,
                  i -> crossEncoder.logit(encoder.pair(query, documents[i % documents.length])));
      tenth.run();
      tenth.run();
      long before = settledResidentKib();
      for (int i = 2; i < 10; i++) {
        tenth.run();
      }
      long grown = settledResidentKib() - before;
      System.out.printf("soak: %,d scores, resident memory grew by %,d KiB%n", SCORES, grown);
      // One leaked tensor of 8 bytes a token would be some 200 bytes a score with its headers:
      // 16 MB over these 80,000. Three tensors leak per score if any does.
      assertThat(grown).isLessThan(12 * 1024);
    }
  }

  private static long settledResidentKib() throws IOException {
    System.gc();
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
