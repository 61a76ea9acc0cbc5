package dev.snapranker.dev.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that runs the handler on one event. */
@Command(
    name = "invoke",
    footer = "  ./snapranker invoke events/direct.json",
    description = "Run the handler on an event and print its reply as JSON.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class InvokeCommand implements Callable<Integer> {
  /** Prints numbers unchanged: 1.10 stays 1.10. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  @Parameters(
      paramLabel = "EVENT",
      description = "a file with a Lambda event (see events/), or - for standard input")
  private Path event;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    byte[] bytes = InputFile.read(event);
    try (RerankHandler handler =
        new RerankHandler(LocalEnvironment.settings(LocalEnvironment.home(), System.getenv()))) {
      JsonNode reply = MAPPER.readTree(new Invoker(handler, Invoker.TIME_LIMIT).invoke(bytes));
      spec.commandLine().getOut().println(reply.toPrettyString());
      return reply.path("statusCode").asInt(200) < 400 ? ExitCode.RANKED : ExitCode.REFUSED;
    }
  }
}
