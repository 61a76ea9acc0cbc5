package dev.snapranker.job;

import java.io.IOException;
import java.io.InputStream;

/** Makes a job's lines of what its input holds. */
public interface LineMaker {
  /** For an input that holds the lines themselves. */
  LineMaker AS_THEY_ARE =
      new LineMaker() {
        @Override
        public InputStream lines(InputStream content) {
          return content;
        }

        @Override
        public String fingerprint() {
          return "";
        }
      };

  /**
   * The lines. The same content gives the same bytes each time, as a job that goes on relies on it.
   *
   * @param content of the input, unpacked
   */
  InputStream lines(InputStream content) throws IOException;

  /** Of all that decides the lines, beside the content; empty for nothing. */
  String fingerprint();
}
