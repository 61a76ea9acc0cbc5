package dev.snapranker.dev;

import dev.snapranker.boot.Version;
import dev.snapranker.dev.batch.BatchCommand;
import dev.snapranker.dev.bench.BenchCommand;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.InvokeCommand;
import dev.snapranker.dev.cli.LocalFile;
import dev.snapranker.dev.cli.RankCommand;
import dev.snapranker.dev.cli.TerminalText;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.eval.EvalCommand;
import dev.snapranker.dev.eval.PlotCommand;
import dev.snapranker.dev.fit.CalibrateCommand;
import dev.snapranker.dev.fit.FitFusionCommand;
import dev.snapranker.dev.models.ModelsCommand;
import dev.snapranker.dev.runtime.LambdaCommand;
import dev.snapranker.dev.serve.ServeCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line {@code ./snapranker}, which runs the function on this machine. */
@Command(
    name = "snapranker",
    description = "A cross-encoder reranking function for AWS Lambda, run on this machine.",
    subcommands = {
      InvokeCommand.class,
      RankCommand.class,
      ServeCommand.class,
      LambdaCommand.class,
      BenchCommand.class,
      EvalCommand.class,
      BatchCommand.class,
      CalibrateCommand.class,
      FitFusionCommand.class,
      PlotCommand.class,
      ModelsCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionProvider.class,
    scope = CommandLine.ScopeType.INHERIT,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./snapranker rank --query \"undo a commit\" --candidates events/candidates.jsonl",
      "  ./snapranker eval --help"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the model, the native libraries or a setting cannot be used",
      "2:the command line is wrong, or a file cannot be read or written",
      "3:no JDK 25 was found, or the build failed",
      "4:the request was refused; the reply says why"
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  private Main() {}

  /** Runs a command with the arguments that the launcher passes. */
  public static void main(String[] args) {
    int exitCode = commandLine().execute(args);
    if (System.out.checkError()) { // a full disk or a closed pipe
      System.err.println("snapranker: standard output cannot be written; the output is incomplete");
      exitCode = exitCode == ExitCode.RANKED ? ExitCode.USAGE : exitCode;
    }
    System.exit(exitCode);
  }

  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .registerConverter(Path.class, new LocalFile())
        .setParameterExceptionHandler((e, _) -> refuse(e))
        .setExecutionExceptionHandler((e, commandLine, _) -> {
          commandLine.getErr().println(commandLine.getColorScheme().errorText(message(e)));
          return e instanceof UsageException ? ExitCode.USAGE : ExitCode.NOT_STARTED;
        });
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command given.");
  }

  /** Prints what is wrong as the last lines, which the whole help would push off the screen. */
  private static int refuse(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter to = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    boolean named = command.getParent() != null;
    if (!named) {
      command.usage(to);
    }
    to.println(command.getColorScheme().errorText(message(e)));
    UnmatchedArgumentException.printSuggestions(e, to);
    if (named) {
      to.println("'./%s --help' shows all options, with examples.".formatted(name));
    }
    return ExitCode.USAGE;
  }

  private static String message(Exception e) {
    // The message may quote a file, and so contain control characters.
    return "snapranker: "
        + TerminalText.line(e.getMessage() == null ? e.toString() : e.getMessage());
  }

  static final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"snapranker " + Version.read()};
    }
  }
}
