package dev.snapranker.score;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The C library's heap, which is the whole process's. */
final class NativeHeap {
  private static final int M_MMAP_THRESHOLD = -3; // malloc.h
  private static final int LARGE_BYTES = 1 << 20;

  private NativeHeap() {}

  /**
   * Makes glibc give large blocks back to the system when they are freed. By itself it keeps blocks
   * of the size of those that were freed before (mallopt(3)): a part's bytes and ONNX Runtime's
   * copies, whose gaps the next part's fill badly.
   */
  static void giveBackLargeBlocks() {
    Linker.nativeLinker()
        .defaultLookup()
        .find("mallopt") // not with other C libraries
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
