package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Limits;
import org.junit.jupiter.api.Test;

class JobEventTest {
  private static final Limits LIMITS = new Limits(1000, 32_768, 8192, 1 << 20, 32, 32, 100);

  @Test
  void aFieldThatIsNullCountsAsLeftOut() throws JsonProcessingException {
    JobEvent plain =
        read("{\"input\": \"s3://jobs/a\", \"output\": \"s3://jobs/x/\", \"trec\": true}");
    JobEvent nulls =
        read(
            """
            {"input": "s3://jobs/a", "output": "s3://jobs/x/", "trec": true, "Items": null,
             "BatchInput": null, "checkpoint_seconds": null, "options": null, "nobody_knows": null}
            """);
    assertThat(nulls.shards()).isEqualTo(plain.shards());
    assertThat(nulls.options().trec()).isTrue();
    assertThatThrownBy(() -> read("{\"input\": null, \"output\": \"s3://jobs/x/\"}"))
        .hasMessage("input is missing; expected a string");
  }

  @Test
  void aClockThatIsNullCountsAsLeftOut() throws JsonProcessingException {
    String options =
        "{\"input\": \"s3://jobs/a\", \"output\": \"s3://jobs/x/\", \"options\": {%s}}";
    assertThat(read(options.formatted("\"budget_ms\": null, \"query\": null")).shards()).hasSize(1);
    assertThatThrownBy(() -> read(options.formatted("\"budget_ms\": 5")))
        .hasMessageStartingWith("budget_ms is not allowed in jobs");
  }

  private static JobEvent read(String json) throws JsonProcessingException {
    return JobEvent.read(new JsonMapper().readTree(json), LIMITS);
  }
}
