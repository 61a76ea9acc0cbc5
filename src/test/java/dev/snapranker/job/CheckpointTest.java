package dev.snapranker.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that earlier code wrote: a job that was begun then continues now. */
class CheckpointTest {
  private static final Path STORED = Path.of("src", "test", "resources", "checkpoints");

  @Test
  void aStoredCheckpointIsReadWithEachOutputsTail() throws IOException {
    Checkpoint checkpoint = read("ranking");
    assertThat(checkpoint.input()).isEqualTo("s3://bucket/in/part-0001.jsonl.gz");
    assertThat(checkpoint.stage()).isEqualTo(Checkpoint.Phase.RANKING);
    assertThat(checkpoint.line()).isEqualTo(3);
    assertThat(checkpoint.errors()).isEqualTo(1);
    assertThat(checkpoint.timeouts()).isEqualTo(1);
    Output.State results = checkpoint.outputs().getFirst();
    assertThat(results.name()).isEqualTo("part-0001.jsonl");
    assertThat(results.upload()).isEqualTo("upload-1");
    assertThat(results.parts()).isEqualTo(List.of("\"etag-1\"", "\"etag-2\""));
    assertThat(results.digest()).isNull();
    assertThat(new String(results.tail(), UTF_8))
        .isEqualTo("{\"line\":3,\"query_id\":\"q2\",\"r\":\"é\"}\n");
    Output.State run = checkpoint.outputs().getLast();
    assertThat(run.upload()).isNull();
    assertThat(run.digest()).isEqualTo("\"digest\"");
    assertThat(new String(run.tail(), UTF_8)).isEqualTo("q2 Q0 a 1 1 snapranker\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ranking", "done"})
  void aCheckpointIsWrittenWithTheSameBytes(String name) throws IOException {
    assertThat(read(name).bytes()).isEqualTo(bytes(name));
  }

  @Test
  void aDamagedCheckpointIsIgnoredButStillBelongsToTheJob() throws IOException {
    byte[] damaged = bytes("ranking");
    damaged[damaged.length / 2] ^= 1;
    assertThat(Checkpoint.parse(damaged)).isNull();
    assertThat(Checkpoint.isCheckpoint(damaged)).isTrue();
    assertThat(Checkpoint.isCheckpoint("mine".getBytes(UTF_8))).isFalse();
  }

  private static Checkpoint read(String name) throws IOException {
    return Objects.requireNonNull(Checkpoint.parse(bytes(name)));
  }

  private static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(STORED.resolve(name));
  }
}
