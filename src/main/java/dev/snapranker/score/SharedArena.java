package dev.snapranker.score;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * One arena for the working memory of many sessions. By default, ONNX Runtime gives each session
 * its own arena, which grows to the needs of the longest pair. A chain of twenty sessions would
 * need that memory twenty times.
 *
 * <p>The Java API cannot do this, so this class calls the C API through {@code OrtApi}, a table of
 * functions. Later versions only append functions to the table (onnxruntime_c_api.h).
 */
final class SharedArena {
  /** The first version of the table with all the functions below. */
  private static final int API_VERSION = 5;

  private static final int GET_ERROR_MESSAGE = 2;
  private static final int CREATE_ENV = 3;
  private static final int CREATE_CPU_MEMORY_INFO = 69;
  private static final int RELEASE_ENV = 92;
  private static final int RELEASE_MEMORY_INFO = 94;
  private static final int CREATE_AND_REGISTER_ALLOCATOR = 144;

  private static final int WARNING = 2; // OrtLoggingLevel
  private static final int ARENA = 1; // OrtAllocatorType
  private static final int DEFAULT_MEMORY = 0; // OrtMemType

  private static final MemoryLayout INT = ValueLayout.JAVA_INT;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private final MemorySegment api;

  private SharedArena(MemorySegment api) {
    this.api = api;
  }

  /** Makes sessions that are created with these options use the arena. */
  static void use(OrtSession.SessionOptions options) throws OrtException {
    Registered.ensure();
    options.addConfigEntry("session.use_env_allocators", "1");
  }

  /** Registers the arena once per process, because ONNX Runtime's environment exists once. */
  private static final class Registered {
    static {
      OrtEnvironment.getEnvironment(); // loads the library
      MemorySegment lookup = SymbolLookup.loaderLookup().findOrThrow("OrtGetApiBase");
      Object base = call(lookup, FunctionDescriptor.of(POINTER));
      MemorySegment getApi = function((MemorySegment) base, 0);
      Object api = call(getApi, FunctionDescriptor.of(POINTER, INT), API_VERSION);
      new SharedArena((MemorySegment) api).register();
    }

    static void ensure() {}
  }

  private void register() {
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment made = memory.allocate(POINTER);
      MemorySegment name = memory.allocateFrom(OrtEnvironment.DEFAULT_NAME);
      check(CREATE_ENV, FunctionDescriptor.of(POINTER, INT, POINTER, POINTER), WARNING, name, made);
      MemorySegment environment =
          made.get(ValueLayout.ADDRESS, 0); // the environment that the Java API uses
      check(
          CREATE_CPU_MEMORY_INFO,
          FunctionDescriptor.of(POINTER, INT, INT, POINTER),
          ARENA,
          DEFAULT_MEMORY,
          made);
      MemorySegment place = made.get(ValueLayout.ADDRESS, 0);
      check(
          CREATE_AND_REGISTER_ALLOCATOR,
          FunctionDescriptor.of(POINTER, POINTER, POINTER, POINTER),
          environment,
          place,
          MemorySegment.NULL); // default growth, like a session's own arena
      call(function(api, RELEASE_MEMORY_INFO), FunctionDescriptor.ofVoid(POINTER), place);
      call(function(api, RELEASE_ENV), FunctionDescriptor.ofVoid(POINTER), environment);
    }
  }

  /** Calls a function that returns null on success, or a status with an error message. */
  private void check(int place, FunctionDescriptor signature, Object... arguments) {
    MemorySegment status = (MemorySegment) call(function(api, place), signature, arguments);
    if (!status.equals(MemorySegment.NULL)) {
      MemorySegment message =
          (MemorySegment)
              call(
                  function(api, GET_ERROR_MESSAGE),
                  FunctionDescriptor.of(POINTER, POINTER),
                  status);
      throw new IllegalStateException(
          "ONNX Runtime cannot create a shared arena: " + unbounded(message).getString(0));
    }
  }

  private static MemorySegment function(MemorySegment table, int place) {
    return unbounded(table).getAtIndex(ValueLayout.ADDRESS, place);
  }

  @SuppressWarnings("restricted") // C does not say how long its tables and strings are
  private static MemorySegment unbounded(MemorySegment pointer) {
    return pointer.reinterpret(Long.MAX_VALUE);
  }

  @SuppressWarnings("restricted")
  private static Object call(
      MemorySegment function, FunctionDescriptor signature, Object... arguments) {
    try {
      return Linker.nativeLinker()
          .downcallHandle(function, signature)
          .invokeWithArguments(arguments);
    } catch (Throwable e) { // declared for any call; a C function throws nothing
      throw new IllegalStateException(e);
    }
  }
}
