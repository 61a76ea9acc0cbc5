package dev.snapranker.dev.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** docs/cost.md says what the program calculates with, and what it calculates. */
class CostPageTest {
  /** How much longer today's model takes than the one that was measured. */
  private static final double LONGER = 1.17;

  /** Processor time of the page's worked request: events/bench-requests.jsonl, 100 candidates. */
  private static final double AVX2_MILLIS = 3085 * LONGER;

  private static final double VNNI_MILLIS = 847 * LONGER;
  private static String page;

  @BeforeAll
  static void read() throws IOException {
    page = Files.readString(Path.of("docs", "cost.md"));
  }

  @Test
  void thePricesAreThoseOfTheProgram() {
    List<String> rows = new ArrayList<>();
    for (Price price : Price.values()) {
      rows.add(
          "| %s | %s | %s | <%s> |"
              .formatted(price.what(), dollars(price), price.unit(), price.source()));
    }
    assertThat(rows("## Prices")).containsExactlyElementsOf(rows);
    assertThat(section("## Prices")).contains(Price.REGION, Price.DATE);
  }

  @Test
  void theMeasuredHostsAreThoseOfTheProgram() {
    assertThat(rows("## Processors"))
        .containsExactlyElementsOf(
            MeasuredHost.ALL.stream()
                .map(host ->
                    "| %s | %s | %s | %,.0f |"
                        .formatted(
                            host.instructionSet().label(),
                            host.processor(),
                            host.date(),
                            host.cpuMillis()))
                .toList());
  }

  @Test
  void theRequestsTableIsCalculated() {
    List<String> rows = new ArrayList<>();
    for (LambdaCost avx2 : LambdaCost.of(AVX2_MILLIS)) {
      LambdaCost vnni = LambdaCost.of(avx2.megabytes(), VNNI_MILLIS);
      rows.add(
          String.format(
              Locale.ROOT,
              "| %,d | %.2f | %,.0f – %,.0f | %.2f – %.2f | %.2f |",
              avx2.megabytes(),
              avx2.vcpus(),
              avx2.millis(),
              vnni.millis(),
              avx2.dollarsPerMillion(Price.LAMBDA_X86_64),
              vnni.dollarsPerMillion(Price.LAMBDA_X86_64),
              avx2.dollarsPerMillion(Price.LAMBDA_ARM64)));
    }
    assertThat(rows("## One request")).containsExactlyElementsOf(rows);
  }

  @Test
  void theMonthsTableIsCalculated() {
    LambdaCost lambda = LambdaCost.of(LambdaCost.DEFAULT_MEGABYTES, AVX2_MILLIS);
    List<MonthlyCost> months =
        List.of(
            new MonthlyCost(10_000, lambda),
            new MonthlyCost(1_000_000, lambda),
            new MonthlyCost(100_000_000, lambda));
    List<String> rows = new ArrayList<>();
    for (String item : months.getFirst().items(Price.LAMBDA_X86_64).keySet()) {
      rows.add(
          row(
              item,
              months.stream()
                  .map(month -> month.items(Price.LAMBDA_X86_64).getOrDefault(item, Double.NaN))
                  .toList()));
    }
    rows.add(
        row("together", months.stream().map(month -> month.total(Price.LAMBDA_X86_64)).toList()));
    assertThat(rows("## One month")).containsExactlyElementsOf(rows);
  }

  /** Else the fixed part would be wrong. */
  @Test
  void theTemplateHasTheAlarmsTheDashboardAndTheMemoryThatAreCharged() throws IOException {
    String template = Files.readString(Path.of("template.yaml"));
    Map<String, Integer> types = new TreeMap<>();
    MappingNode root = (MappingNode) new Yaml().compose(new java.io.StringReader(template));
    for (NodeTuple resource : children(root, "Resources")) {
      MappingNode content = (MappingNode) resource.getValueNode();
      if (!isForFanOut(content)) { // which is off by default
        types.merge(scalar(content, "Type"), 1, Integer::sum);
      }
    }
    assertThat(types)
        .contains(
            entry("AWS::CloudWatch::Alarm", MonthlyCost.ALARMS),
            entry("AWS::CloudWatch::Dashboard", 1));
    assertThat(template)
        .containsPattern(
            Pattern.compile(
                "MemorySize:\n(?: +.*\n)*? +Default: " + LambdaCost.DEFAULT_MEGABYTES + "\n"));
  }

  private static boolean isForFanOut(MappingNode resource) {
    return resource.getValue().stream()
        .filter(tuple -> ((ScalarNode) tuple.getKeyNode()).getValue().equals("Condition"))
        .anyMatch(tuple -> ((ScalarNode) tuple.getValueNode()).getValue().equals("FanOut"));
  }

  private static List<NodeTuple> children(MappingNode node, String key) {
    return node.getValue().stream()
        .filter(tuple -> ((ScalarNode) tuple.getKeyNode()).getValue().equals(key))
        .flatMap(tuple -> ((MappingNode) tuple.getValueNode()).getValue().stream())
        .toList();
  }

  private static String scalar(MappingNode node, String key) {
    return node.getValue().stream()
        .filter(tuple -> ((ScalarNode) tuple.getKeyNode()).getValue().equals(key))
        .map(tuple -> ((ScalarNode) tuple.getValueNode()).getValue())
        .findFirst()
        .orElseThrow();
  }

  private static String row(String item, List<Double> dollars) {
    StringBuilder row = new StringBuilder("| " + item + " |");
    dollars.forEach(each -> row.append(String.format(Locale.ROOT, " %,.2f |", each)));
    return row.toString();
  }

  private static String dollars(Price price) {
    return BigDecimal.valueOf(price.dollars()).stripTrailingZeros().toPlainString();
  }

  /** A table's rows, without its head. */
  private static List<String> rows(String heading) {
    return section(heading).lines().filter(line -> line.startsWith("| ")).skip(1).toList();
  }

  private static String section(String heading) {
    int start = page.indexOf("\n" + heading + "\n");
    assertThat(start).as(heading).isNotNegative();
    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }
}
