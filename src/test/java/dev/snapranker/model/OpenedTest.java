package dev.snapranker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
  private final List<String> closed = new ArrayList<>();
  private final Opened opened = new Opened();

  @Test
  void theLastOneOpenedIsClosedFirst() {
    opened.add(() -> closed.add("a"));
    opened.add(() -> closed.add("b"));
    opened.close();
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void nothingIsClosedTwice() {
    opened.add(() -> closed.add("a"));
    opened.close();
    opened.close();
    assertThat(closed).containsExactly("a");
  }

  @Test
  void eachIsClosedThoughAnotherOneFails() {
    opened.add(() -> closed.add("a"));
    opened.add(() -> fail(new IllegalStateException("b")));
    opened.add(() -> closed.add("c"));
    opened.add(() -> fail(new OutOfMemoryError("d")));
    opened.add(() -> closed.add("e"));
    assertThatThrownBy(opened::close)
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("d")
        .hasSuppressedException(new IllegalStateException("b"));
    assertThat(closed).containsExactly("e", "c", "a");
  }

  @Test
  void aCheckedExceptionIsTheCauseOfAnUncheckedOne() {
    opened.add(() -> fail(new IOException("full")));
    assertThatThrownBy(opened::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a resource did not close")
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void failuresToCloseAreAddedToTheStartsFailure() {
    IllegalStateException start = new IllegalStateException("start");
    opened.add(() -> closed.add("a"));
    opened.add(() -> fail(start)); // an exception cannot be added to itself
    opened.add(() -> fail(new IOException("b")));
    opened.closeAfter(start);
    assertThat(closed).containsExactly("a");
    assertThat(start.getSuppressed()).singleElement().isInstanceOf(IOException.class);
  }

  private static <E extends Throwable> void fail(Throwable e) throws E {
    throw OpenedTest.<E>unchecked(e);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable e) {
    return (E) e;
  }
}
