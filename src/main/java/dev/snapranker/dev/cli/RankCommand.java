package dev.snapranker.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.RerankHandler;
import dev.snapranker.wire.json.StrictJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command that ranks a file of candidates and prints a table. */
@Command(
    name = "rank",
    footer = "  ./snapranker rank --query \"undo a commit\" --candidates events/candidates.jsonl",
    description = "Rank a file of candidates and print a table.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RankCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int WIDTH = 60;

  @Option(names = "--query", required = true, description = "the query to rank for")
  private String query;

  @Option(
      names = "--candidates",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines, each a string or {\"id\", \"text\", \"score\", \"metadata\"}; - for standard"
              + " input")
  private Path candidates;

  @Option(
      names = "--instruction",
      paramLabel = "TEXT",
      description = "what makes a document relevant, for a model that takes an instruction")
  private @Nullable String instruction;

  @Option(
      names = "--top",
      paramLabel = "N",
      converter = WholeNumber.OneOrMore.class,
      description = "show only the best N")
  private @Nullable Integer top;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Settings settings = LocalEnvironment.settings(LocalEnvironment.home(), System.getenv());
    ObjectNode request = MAPPER.createObjectNode().put("query", query).put("return_text", true);
    request.set(
        "candidates", CandidatesFile.read(candidates, StrictJson.ofLines(settings.limits())));
    if (top != null) {
      request.put("top_k", top);
    }
    if (instruction != null) {
      request.put("instruction", instruction);
    }
    try (RerankHandler handler = new RerankHandler(settings)) {
      Invoker invoker = new Invoker(handler, Invoker.TIME_LIMIT);
      JsonNode reply = MAPPER.readTree(invoker.invoke(MAPPER.writeValueAsBytes(request)));
      if (reply.has("error")) {
        String message = TerminalText.line(reply.path("error").path("message").asText());
        spec.commandLine().getErr().println("snapranker: " + message);
        return ExitCode.REFUSED;
      }
      print(reply, spec.commandLine().getOut());
      return ExitCode.RANKED;
    }
  }

  private static void print(JsonNode reply, PrintWriter out) {
    int idWidth = "id".length();
    for (JsonNode result : reply.path("results")) {
      idWidth = Math.max(idWidth, cell(result, "id").length());
    }
    String row = "%4s  %6s  %-" + idWidth + "s  %s%n";
    out.printf(row, "rank", "score", "id", "text");
    for (JsonNode result : reply.path("results")) {
      out.printf(
          row,
          result.path("rank").asInt(),
          result.has("score") ? "%.4f".formatted(result.path("score").asDouble()) : "-",
          cell(result, "id"),
          cell(result, "text"));
    }
    for (JsonNode warning : reply.path("warnings")) {
      out.println("note: " + warning.asText());
    }
  }

  private static String cell(JsonNode result, String field) {
    return TerminalText.line(result.path(field).asText(), WIDTH);
  }
}
