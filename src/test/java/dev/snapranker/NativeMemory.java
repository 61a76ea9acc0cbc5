package dev.snapranker;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** How much of the C library's memory is in use: sessions and tokenizers live there. */
public final class NativeMemory {
  private static final MemoryLayout MALLINFO2 =
      MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG); // mallinfo(3)

  private static final int LARGE_BLOCKS = 4; // hblkhd
  private static final int IN_USE = 7; // uordblks

  private NativeMemory() {}

  /** Whether this C library reports its memory. */
  public static boolean isKnown() {
    return Linker.nativeLinker().defaultLookup().find("mallinfo2").isPresent();
  }

  /** Bytes that were asked for and not given back. */
  @SuppressWarnings("restricted") // a function of the C library that only reports
  public static long bytes() {
    Linker linker = Linker.nativeLinker();
    MethodHandle mallinfo =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("mallinfo2"),
            FunctionDescriptor.of(MemoryLayout.structLayout(MALLINFO2)));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = (MemorySegment) mallinfo.invoke((SegmentAllocator) arena);
      return info.getAtIndex(ValueLayout.JAVA_LONG, LARGE_BLOCKS)
          + info.getAtIndex(ValueLayout.JAVA_LONG, IN_USE);
    } catch (Throwable e) { // declared for any call; this one throws nothing
      throw new IllegalStateException(e);
    }
  }
}
