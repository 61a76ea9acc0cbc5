package dev.snapranker.dev.cli;

import java.io.Console;

/** The terminal that this process writes to, if any. */
public final class Terminal {
  private Terminal() {}

  /** Whether standard output is a terminal, and not a file or a pipe. */
  @SuppressWarnings("SystemConsoleNull") // it is again, from JDK 25 on, where nobody does
  public static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
