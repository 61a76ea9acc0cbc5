package dev.snapranker.dev.models;

import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.LocalFile;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelLoader;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Shows published models with their commands, or what a bundle holds. */
@Command(
    name = "models",
    footer = {
      "  ./snapranker models",
      "  ./snapranker models snap-base",
      "  ./snapranker models cross-encoder/ettin-reranker-32m-v1"
    },
    description = "Show published models and how to compile them, or what a bundle holds.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ModelsCommand implements Callable<Integer> {
  private static final String COMMANDS =
      """
      In the folder model-layer, with Python 3.12 (docs/bring-your-model.md):
        python -m bundle fetch %1$s --revision COMMIT --out CHECKPOINT
        python -m bundle compile CHECKPOINT --out models/%2$s --id %2$s%3$s
        python -m bundle check models/%2$s --checkpoint CHECKPOINT
      """;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description =
          "a bundle's folder, the id of a bundle in model-layer/models, or the hub's id of a"
              + " published model; the table of published models if left out")
  private @Nullable String model;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (model == null) {
      printTable(out);
    } else {
      List<Path> bundles = bundles(model);
      if (bundles.isEmpty()) {
        print(known(model), out);
      }
      for (Path bundle : bundles) {
        if (!bundle.equals(bundles.getFirst())) {
          out.println();
        }
        TextTable.print(new BundleDescription(ModelLoader.load(bundle).manifest()).rows(), out);
      }
    }
    out.flush(); // the last line may be printed without println
    return ExitCode.RANKED;
  }

  private static void printTable(PrintWriter out) {
    List<List<String>> rows = new ArrayList<>(List.of(KnownModel.HEADINGS));
    KnownModel.all().forEach(known -> rows.add(known.cells()));
    TextTable.print(rows, out);
    out.println();
    out.println(
        "graph: in the default precision, without the tokenizer (0.5 to 17 MB). memory: while the function loads it."
            + " Both are calculated.");
    out.println("nDCG@10: MTEB(eng, v2), as published. Check the licence before you use a model.");
    out.println();
    out.print(COMMANDS.formatted("MODEL", "NAME", ""));
    out.println("./snapranker models MODEL shows a model's own commands.");
  }

  private static void print(KnownModel known, PrintWriter out) {
    List<List<String>> rows = new ArrayList<>();
    List<String> cells = known.cells();
    for (int i = 0; i < cells.size(); i++) {
      if (!cells.get(i).isEmpty()) {
        rows.add(List.of(KnownModel.HEADINGS.get(i), cells.get(i)));
      }
    }
    List<String> times = known.timeCells();
    for (int i = 3; i < times.size(); i++) { // after those of the other table
      rows.add(List.of(KnownModel.TIME_HEADINGS.get(i), times.get(i)));
    }
    TextTable.print(rows, out);
    if (!times.isEmpty()) {
      out.println(
          "ms: processor time of 100 candidates of 70 – 150 tokens, with random weights; $: of 1,000 such requests"
              + " (docs/models.md).");
    }
    if (known.note() != null) {
      out.println(known.note());
    }
    if (known.graph() != KnownModel.Support.REFUSED) {
      String options =
          known.options() == null || known.options().isEmpty() ? "" : " " + known.options();
      out.println();
      out.print(COMMANDS.formatted(known.id(), known.folder(), options));
    }
  }

  /** The bundles in the folder that the argument names; none if it names no folder. */
  private static List<Path> bundles(String model) {
    Path ours = ours();
    Path named = path(model);
    for (Path folder : List.of(named, ours.resolve(named))) {
      if (Files.isDirectory(folder)) {
        return ModelLoader.bundlesIn(folder);
      }
    }
    if (!Files.isDirectory(ours)) {
      return List.of();
    }
    return ModelLoader.bundlesIn(ours).stream()
        .filter(bundle -> Files.exists(bundle.resolve(Manifest.FILE)))
        .filter(bundle -> ModelLoader.load(bundle).manifest().id().equals(model))
        .toList();
  }

  private static Path ours() {
    return LocalEnvironment.home().resolve("model-layer").resolve("models");
  }

  private static KnownModel known(String id) {
    Optional<KnownModel> found =
        KnownModel.all().stream().filter(known -> known.id().equalsIgnoreCase(id)).findFirst();
    return found.orElseThrow(() ->
        new UsageException(
            "'%s' is no folder, no bundle of model-layer/models%s and no published model of the table; './snapranker models' shows the table"
                .formatted(id, ModelLoader.namesIn(ours()))));
  }

  private static Path path(String name) {
    try {
      return new LocalFile().convert(name);
    } catch (TypeConversionException e) {
      throw new UsageException("MODEL: " + e.getMessage());
    }
  }
}
