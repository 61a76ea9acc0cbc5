package dev.snapranker.dev.cli;

import java.io.Console;

/** What this process writes to. */
final class Terminal {
  private Terminal() {}

  /** Whether somebody watches. */
  @SuppressWarnings("SystemConsoleNull") // it is again, from JDK 25 on, where nobody does
  static boolean isWatched() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
