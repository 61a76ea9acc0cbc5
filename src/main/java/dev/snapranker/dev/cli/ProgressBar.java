package dev.snapranker.dev.cli;

import java.io.PrintWriter;

/** Draws a progress bar, if the output is a terminal. */
public final class ProgressBar {
  private static final int WIDTH = 30;

  private final PrintWriter out;
  private final int total;
  private final boolean interactive = Terminal.isInteractive();
  private int done;

  public ProgressBar(PrintWriter out, int total) {
    this.out = out;
    this.total = total;
  }

  public void step() {
    done++;
    if (interactive) {
      int full = WIDTH * done / total;
      out.print("\r[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] " + done + "/" + total);
      if (done == total) {
        out.println();
      }
      out.flush();
    }
  }
}
