package dev.snapranker.dev.collection;

import java.util.function.Consumer;

/** A format of documents or queries. Lines go in, in their order; entries come out. */
interface EntryFormat {
  /**
   * Reads the next line.
   *
   * @throws MalformedException if the line is not in the format
   */
  void read(String line, Consumer<Entry> entries);

  /**
   * Ends the file.
   *
   * @throws MalformedException if the last entry is not whole
   */
  default void end() {}
}
