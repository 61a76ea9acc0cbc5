package dev.snapranker.dev.cli;

import java.io.PrintWriter;

/** A bar that is drawn over itself, and not at all where nobody watches. */
public final class ProgressBar {
  private static final int WIDTH = 30;

  private final PrintWriter out;
  private final int total;
  private final boolean watched = Terminal.isWatched();
  private int done;

  public ProgressBar(PrintWriter out, int total) {
    this.out = out;
    this.total = total;
  }

  public void step() {
    done++;
    if (watched) {
      int full = WIDTH * done / total;
      out.print("\r[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] " + done + "/" + total);
      if (done == total) {
        out.println();
      }
      out.flush();
    }
  }
}
