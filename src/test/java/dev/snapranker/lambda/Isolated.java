package dev.snapranker.lambda;

import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that the kernel kills if it makes an internet socket or opens a file for writing
 * (seccomp, all threads), and in which the handler then starts and ranks. Run by {@link
 * IsolationIT}.
 */
final class Isolated {
  private static final long PR_SET_NO_NEW_PRIVS = 38;
  private static final long SECCOMP_SET_MODE_FILTER = 1;
  private static final long SECCOMP_FILTER_FLAG_TSYNC = 1;
  private static final int KILL_PROCESS = 0x80000000;
  private static final int ALLOW = 0x7fff0000;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int O_ACCMODE = 3;
  private static final int O_CREAT = 0x40;

  // Classic BPF: load a word of seccomp_data, jump, return (linux/filter.h, linux/seccomp.h).
  private static final int LOAD = 0x20;
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;
  private static final int NUMBER = 0;
  private static final int ARGUMENTS = 16;

  private Isolated() {}

  /**
   * Confines the process, then does the task.
   *
   * @param args what to do once confined: {@code rank}, or {@code connect} or {@code write}, which
   *     must be the end
   */
  public static void main(String[] args) throws Throwable {
    byte[] event = Files.readAllBytes(Path.of("events", "direct.json"));
    Settings settings = Settings.fromEnvironment();
    confine(System.getProperty("os.arch").equals("amd64"));
    switch (args[0]) {
      case "rank" -> {
        try (RerankHandler handler = new RerankHandler(settings)) {
          System.out.println("ranked: " + Lambda.invoke(handler, event).path("results").size());
        }
      }
      case "connect" -> connect();
      case "write" -> Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), "x"), "x");
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.out.println("survived");
  }

  private static void connect() throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), 1000);
    }
  }

  @SuppressWarnings("restricted") // // the purpose is a system call
  private static void confine(boolean x86) throws Throwable {
    int socket = x86 ? 41 : 198;
    int openat = x86 ? 257 : 56;
    List<long[]> program = new ArrayList<>(); // {code, if true skip, if false skip, constant}
    program.add(new long[] {LOAD, 0, 0, NUMBER});
    // socket(AF_INET | AF_INET6, …)
    program.add(new long[] {JUMP_EQUAL, 0, 4, socket});
    program.add(new long[] {LOAD, 0, 0, ARGUMENTS});
    program.add(new long[] {JUMP_EQUAL, 5, 0, AF_INET});
    program.add(new long[] {JUMP_EQUAL, 4, 0, AF_INET6});
    program.add(new long[] {RETURN, 0, 0, ALLOW});
    // openat(…, …, flags that write or create, …)
    program.add(new long[] {JUMP_EQUAL, 0, 3, openat});
    program.add(new long[] {LOAD, 0, 0, ARGUMENTS + 2 * 8});
    program.add(new long[] {JUMP_ANY_BIT, 0, 1, O_ACCMODE | O_CREAT});
    program.add(new long[] {RETURN, 0, 0, KILL_PROCESS});
    program.add(new long[] {RETURN, 0, 0, ALLOW});

    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment instructions = arena.allocate(8L * program.size(), 8);
      for (int i = 0; i < program.size(); i++) {
        long[] instruction = program.get(i);
        instructions.set(ValueLayout.JAVA_SHORT, 8L * i, (short) instruction[0]);
        instructions.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) instruction[1]);
        instructions.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) instruction[2]);
        instructions.set(ValueLayout.JAVA_INT, 8L * i + 4, (int) instruction[3]);
      }
      MemorySegment filter = arena.allocate(16, 8);
      filter.set(ValueLayout.JAVA_SHORT, 0, (short) program.size());
      filter.set(ValueLayout.ADDRESS, 8, instructions);
      MethodHandle syscall = // (number, five arguments)
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.firstVariadicArg(1));
      long prctl = x86 ? 157 : 167;
      long seccomp = x86 ? 317 : 277;
      require((long) syscall.invokeExact(prctl, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
      require(
          (long)
              syscall.invokeExact(
                  seccomp,
                  SECCOMP_SET_MODE_FILTER,
                  SECCOMP_FILTER_FLAG_TSYNC,
                  filter.address(),
                  0L,
                  0L));
    }
  }

  private static void require(long result) {
    if (result != 0) {
      throw new IllegalStateException("the kernel did not take the filter: " + result);
    }
  }
}
