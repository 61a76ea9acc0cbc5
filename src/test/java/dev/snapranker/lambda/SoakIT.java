package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
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
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** 100,000 scores keep the process's native memory flat: tensors and results are closed. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from glibc")
@Timeout(600)
class SoakIT {
  private static final int SCORES = 100_000;

  @Test
  void memoryStaysFlat() {
    DefaultBundle.handler(); // natives are loaded from where the settings say
    ModelBundle bundle = ModelLoader.load(DefaultBundle.directory());
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
      long before = allocatedBytes();
      for (int i = 2; i < 10; i++) {
        tenth.run();
      }
      long grown = allocatedBytes() - before;
      System.out.printf("soak: %,d scores, native memory grew by %,d bytes%n", SCORES, grown);
      // With the input tensors deliberately left open it grew by 29 MB.
      assertThat(grown).isLessThan(4 << 20);
    }
  }

  private static CrossEncoder crossEncoder(ModelBundle bundle) {
    try (GraphBuilder graph = new GraphBuilder(bundle.manifest());
        FileContent model = bundle.part(Manifest.MODEL)) {
      graph.add(Manifest.MODEL, model.bytes());
      return new CrossEncoder(bundle.manifest(), graph.build());
    }
  }

  /** What glibc's malloc has handed out, which the Java heap is no part of (mallinfo2). */
  @SuppressWarnings("restricted") // native memory is what this is about
  private static long allocatedBytes() {
    System.gc();
    Linker linker = Linker.nativeLinker();
    MemoryLayout[] fields = new MemoryLayout[10];
    Arrays.fill(fields, ValueLayout.JAVA_LONG);
    MethodHandle mallinfo2 =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("mallinfo2"),
            FunctionDescriptor.of(MemoryLayout.structLayout(fields)));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = (MemorySegment) mallinfo2.invokeExact((SegmentAllocator) arena);
      long mapped = info.getAtIndex(ValueLayout.JAVA_LONG, 4); // hblkhd
      long inUse = info.getAtIndex(ValueLayout.JAVA_LONG, 7); // uordblks
      return mapped + inUse;
    } catch (Throwable e) {
      throw new IllegalStateException("mallinfo2 (glibc 2.33) failed", e);
    }
  }
}
