package dev.snapranker.dev.cli;

import java.io.Console;

/** Finds out whether this process writes to a terminal. */
public final class Terminal {
  private Terminal() {}

  /** Whether standard output is a terminal, and not a file or a pipe. */
  @SuppressWarnings("SystemConsoleNull") // since JDK 25, console() is null again without a terminal
  public static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
