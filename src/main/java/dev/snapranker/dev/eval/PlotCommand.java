package dev.snapranker.dev.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.InputFile;
import dev.snapranker.dev.cli.OutputFile;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.wire.json.JsonFault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws quality against time. */
@Command(
    name = "plot",
    footer = "  ./snapranker plot --out pareto.svg results.jsonl",
    description = {
      "Draw nDCG@10 against milliseconds per query as SVG, from what eval --json printed.",
      "Lines of one name are one point, the mean of its collections; all names need the same ones."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PlotCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "the SVG file")
  private Path out;

  @Parameters(arity = "1..*", paramLabel = "RESULTS", description = "files of eval's JSON lines")
  private List<Path> files;

  @Override
  public Integer call() {
    OutputFile.require(out, files);
    Map<String, Map<String, JsonNode>> lines = new LinkedHashMap<>(); // by name, collection
    for (Path file : files) {
      read(file, lines);
    }
    Set<String> collections = lines.values().iterator().next().keySet();
    List<ParetoFigure.Point> points = new ArrayList<>();
    double firstStage = 0;
    for (Map.Entry<String, Map<String, JsonNode>> each : lines.entrySet()) {
      if (!each.getValue().keySet().equals(collections)) {
        throw new UsageException(
            "'%s' has the collections %s, but another name has %s; expected the same"
                .formatted(each.getKey(), each.getValue().keySet(), collections));
      }
      points.add(
          new ParetoFigure.Point(
              each.getKey(),
              mean(each.getValue(), "/ms_per_query"),
              mean(each.getValue(), "/nDCG@10/reranked")));
      firstStage = mean(each.getValue(), "/nDCG@10/first_stage");
    }
    OutputFile.write(
        out, new ParetoFigure(points, firstStage, String.join(", ", collections)).svg());
    return ExitCode.RANKED;
  }

  private static void read(Path file, Map<String, Map<String, JsonNode>> lines) {
    String text = new String(InputFile.read(file), StandardCharsets.UTF_8);
    for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
      JsonNode result;
      try {
        result = MAPPER.readTree(line);
      } catch (JsonProcessingException e) {
        throw new UsageException(file + " is not JSON lines: " + JsonFault.of(e));
      }
      if (!result.at("/nDCG@10/reranked").isNumber() || !result.path("ms_per_query").isNumber()) {
        throw new UsageException(file + ": expected lines that eval --json printed");
      }
      lines
          .computeIfAbsent(result.path("name").asText(), _ -> new TreeMap<>())
          .put(result.path("collection").asText(), result);
    }
    if (lines.isEmpty()) {
      throw new UsageException(file + " has no line");
    }
  }

  private static double mean(Map<String, JsonNode> lines, String pointer) {
    return lines.values().stream()
        .mapToDouble(line -> line.at(pointer).asDouble())
        .average()
        .orElseThrow();
  }
}
