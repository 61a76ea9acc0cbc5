package dev.snapranker.dev.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.dev.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectionFolderTest {
  @TempDir private Path path;

  private CollectionFolder folder;

  @BeforeEach
  void start() {
    folder = new CollectionFolder(path);
  }

  @Test
  void beirsFolderIsKnown() throws IOException {
    files("corpus.jsonl", "queries.jsonl", "qrels/test.tsv", "qrels/dev.tsv", "qrels/train.tsv");
    assertThat(folder.corpus()).isEqualTo(path.resolve("corpus.jsonl"));
    assertThat(folder.queries(null)).isEqualTo(path.resolve("queries.jsonl"));
    assertThat(folder.queries("dev")).isEqualTo(path.resolve("queries.jsonl"));
    assertThat(folder.qrels(null)).isEqualTo(path.resolve("qrels/test.tsv"));
    assertThat(folder.qrels("dev")).isEqualTo(path.resolve("qrels/dev.tsv"));
    assertThatThrownBy(() -> folder.qrels("eval"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has no judgements of the split eval; expected qrels.tsv");
  }

  @Test
  void msMarcosFolderIsKnown() throws IOException {
    files(
        "collection.tsv",
        "queries.dev.small.tsv",
        "queries.train.tsv",
        "qrels.dev.small.tsv",
        "qrels.train.tsv",
        "run.dev.small.tsv",
        "README.md");
    assertThat(folder.corpus()).isEqualTo(path.resolve("collection.tsv"));
    assertThat(folder.queries("dev.small")).isEqualTo(path.resolve("queries.dev.small.tsv"));
    assertThat(folder.qrels("dev.small")).isEqualTo(path.resolve("qrels.dev.small.tsv"));
    assertThatThrownBy(() -> folder.qrels(null))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "several files for the judgements: qrels.dev.small.tsv, qrels.train.tsv; choose one by"
                + " --split or --qrels");
  }

  @Test
  void theOnlySplitNeedsNoName() throws IOException {
    files("docs.jsonl.gz", "topics.robust04.txt", "qrels.robust04.txt.gz");
    assertThat(folder.corpus()).isEqualTo(path.resolve("docs.jsonl.gz"));
    assertThat(folder.queries(null)).isEqualTo(path.resolve("topics.robust04.txt"));
    assertThat(folder.qrels(null)).isEqualTo(path.resolve("qrels.robust04.txt.gz"));
  }

  @Test
  void aFileThatIsThereUnpackedTooIsNotAmbiguousButTwoFormatsAre() throws IOException {
    files("corpus.jsonl", "corpus.jsonl.gz");
    assertThat(folder.corpus()).isEqualTo(path.resolve("corpus.jsonl"));
    files("collection.tsv");
    assertThatThrownBy(folder::corpus)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "files for the corpus: collection.tsv, corpus.jsonl; choose one by --corpus");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> new CollectionFolder(path.resolve("none")).corpus())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("none cannot be read: ");
  }

  private void files(String... names) throws IOException {
    Files.createDirectories(path.resolve("qrels"));
    for (String name : names) {
      Files.createFile(path.resolve(name));
    }
  }
}
