package dev.snapranker.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest extends StoreContract {
  @TempDir private Path folder;

  @Override
  WritableStore store() {
    return new FileStore();
  }

  @Override
  Place place(String name) {
    return Place.parse(folder + "/" + name);
  }

  @Test
  void oneSizeAndOneTimeAreNotOneContent() throws IOException {
    Path file = folder.resolve("file");
    Files.writeString(file, "one");
    FileTime time = Files.getLastModifiedTime(file);
    String digest = store().digest(place("file"));
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, time);
    assertThat(store().digest(place("file"))).isNotEqualTo(digest);
  }

  @Test
  void allNamesOfAFileHaveOneIdentity() throws IOException {
    Path file = Files.createDirectory(folder.resolve("d")).resolve("file");
    Files.writeString(file, "x");
    Files.createLink(folder.resolve("hard"), file);
    Files.createSymbolicLink(folder.resolve("soft"), file);
    Files.createSymbolicLink(folder.resolve("e"), folder.resolve("d"));
    Object identity = Objects.requireNonNull(store().identity(place("d/file")));
    for (String name : new String[] {"hard", "soft", "e/file", "d/../e/./file"}) {
      assertThat(store().identity(place(name))).as(name).isEqualTo(identity);
    }
    assertThat(store().identity(place("d/other"))).isNull();
    assertThat(store().canonical(place("e/../e/file")).key())
        .isEqualTo(file.toRealPath().toString());
    assertThat(store().canonical(place("e/new/other")).key())
        .isEqualTo(file.resolveSibling("new/other").toFile().getCanonicalPath());
  }

  /** Not in the contract, because S3Mock forgets all uploads of the object. */
  @Test
  void anUploadThatIsKeptStays() {
    String one = store().uploads().begin(place("file"));
    String two = store().uploads().begin(place("file"));
    store().uploads().discardLeftovers(place("file"), two);
    assertThat(store().uploads().add(place("file"), one, 1, new byte[1])).isNull();
    assertThat(store().uploads().add(place("file"), two, 1, new byte[1])).isNotNull();
    store().uploads().discard(place("file"), two);
  }

  @Test
  void aPartThatWasDamagedIsNotCommitted() throws IOException {
    String upload = store().uploads().begin(place("file"));
    String part = store().uploads().add(place("file"), upload, 1, "a line\n".getBytes(UTF_8));
    Files.writeString(folder.resolve(".file." + upload).resolve(part), "a li");
    assertThat(store().uploads().commit(place("file"), upload, List.of(part))).isFalse();
    assertThat(folder.resolve("file")).doesNotExist();
    store().uploads().discard(place("file"), upload);
  }

  @Test
  void aBrokenLinkIsReportedAndNotSkipped() throws IOException {
    Files.createSymbolicLink(folder.resolve("part.jsonl"), folder.resolve("gone"));
    assertThatThrownBy(() -> store().list(place("")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("part.jsonl does not exist");
  }

  @Test
  void whatKilledWritersLeftIsRemoved() throws IOException {
    Path left = folder.resolve(".file." + UUID.randomUUID());
    Path mine = folder.resolve(".file.swp");
    Files.writeString(left, "half");
    Files.writeString(mine, "an editor's");
    store().uploads().discardLeftovers(place("file"), null);
    assertThat(left).doesNotExist();
    assertThat(mine).exists();
  }

  /** As two containers would, in each of which the process has the same number. */
  @Test
  void manyWritersAndOneCleanerDoNotDisturbEachOther() throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      byte[] content = new byte[100_000 + writer];
      tasks.add(() -> {
        for (int i = 0; i < 100; i++) {
          store().put(place("file"), content);
        }
        return null;
      });
    }
    tasks.add(() -> {
      for (int i = 0; i < 100; i++) {
        store().uploads().discardLeftovers(place("file"), null);
      }
      return null;
    });
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      for (Future<Void> each : threads.invokeAll(tasks)) {
        each.get();
      }
    }
    assertThat(Files.size(folder.resolve("file"))).isBetween(100_000L, 100_003L);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("file"));
    }
  }

  @Test
  void anOutputThatCannotBeWrittenIsReportedWithTheReason() throws IOException {
    Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> store().put(place("file/below"), new byte[1]))
        .isInstanceOf(StoreException.class)
        .hasMessageMatching(".*file/below cannot be written: .*file already exists");
  }
}
