package dev.snapranker.dev.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TextsTest {
  @TempDir private Path folder;

  @Test
  void whatWasAskedForIsKept() {
    try (Texts texts = new Texts(folder)) {
      assertThat(texts.want("a")).isTrue();
      assertThat(texts.want("a")).isFalse();
      texts.want("blank");
      texts.want("c");
      texts.want("b");
      texts.add(new Entry("a", "Zürich 🏔"));
      texts.add(new Entry("other", "not asked for"));
      texts.add(new Entry("blank", " \n"));
      assertThat(texts.get("a")).isEqualTo("Zürich 🏔");
      assertThat(texts.get("other")).isNull();
      assertThat(texts.get("blank")).isNull();
      assertThat(texts.has("a")).isTrue();
      assertThat(texts.has("blank")).isFalse();
      assertThat(texts.wanted()).isEqualTo(4);
      assertThat(texts.blank()).isEqualTo(1);
      assertThat(texts.missing()).isEqualTo(2);
      assertThat(texts.exampleOfMissing()).contains("b");
    }
  }

  @Test
  void anIdMayComeAgainWithTheSameTextAlone() {
    try (Texts texts = new Texts(folder)) {
      texts.want("a");
      texts.want("b");
      texts.add(new Entry("a", "one"));
      texts.add(new Entry("a", "one"));
      texts.add(new Entry("b", ""));
      texts.add(new Entry("b", " "));
      assertThatThrownBy(() -> texts.add(new Entry("a", "two")))
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("the id a was there before with another text");
      assertThatThrownBy(() -> texts.add(new Entry("b", "two")))
          .isInstanceOf(MalformedException.class);
      assertThat(texts.get("a")).isEqualTo("one");
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aKilledProcessLeavesNoFile() throws IOException {
    try (Texts texts = new Texts(folder);
        Stream<Path> files = Files.list(folder)) {
      texts.want("a");
      texts.add(new Entry("a", "one"));
      assertThat(texts.get("a")).isEqualTo("one");
      assertThat(files).isEmpty();
    }
  }
}
