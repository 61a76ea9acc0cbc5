package dev.snapranker.score;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Configures the C library's heap for the whole process. */
final class NativeHeap {
  private static final int M_MMAP_THRESHOLD = -3; // malloc.h
  private static final int LARGE_BYTES = 1 << 20;

  private NativeHeap() {}

  /**
   * Makes glibc return large blocks to the system when they are freed. By default it keeps freed
   * blocks of sizes that were freed before (mallopt(3)), here a part's bytes and ONNX Runtime's
   * copies. Blocks of the next part rarely fit into these gaps.
   */
  static void releaseLargeBlocks() {
    Linker.nativeLinker()
        .defaultLookup()
        .find("mallopt") // other C libraries do not have it
        .ifPresent(NativeHeap::setThreshold);
  }

  @SuppressWarnings("restricted")
  private static void setThreshold(MemorySegment mallopt) {
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      Linker.nativeLinker()
          .downcallHandle(mallopt, signature)
          .invokeWithArguments(M_MMAP_THRESHOLD, LARGE_BYTES);
    } catch (Throwable e) { // declared for any call; a C function throws nothing
      throw new IllegalStateException(e);
    }
  }
}
