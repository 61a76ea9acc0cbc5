package dev.snapranker.dev.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsCommandTest {
  private static final Path FAMILIES = Path.of("src", "test", "resources", "families");

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void withoutAModelItShowsEachPublishedOne() {
    assertThat(models()).isEqualTo(ExitCode.RANKED);
    List<String> lines = out.toString().lines().toList();
    for (KnownModel known : KnownModel.all()) {
      assertThat(lines)
          .anyMatch(
              line -> line.startsWith(known.id() + "  ") && line.endsWith(known.graph().words));
    }
    assertThat(out.toString()).contains("python -m bundle fetch MODEL --revision COMMIT");
  }

  @Test
  void aPublishedModelIsListedOnceWithALicenceAndAReasonIfItIsRefused() {
    List<KnownModel> all = KnownModel.all();
    assertThat(all).hasSizeGreaterThan(15);
    assertThat(new HashSet<>(all.stream().map(KnownModel::id).toList())).hasSameSizeAs(all);
    for (KnownModel known : all) {
      assertThat(known.licence()).as(known.id()).isNotBlank();
      boolean refused = known.graph() == KnownModel.Support.REFUSED;
      assertThat(known.graphMb() == null).as(known.id()).isEqualTo(refused);
      assertThat(refused && known.note() == null).as(known.id()).isFalse();
    }
  }

  @Test
  void aPublishedModelHasItsOwnCommands() {
    assertThat(models("baai/BGE-reranker-base")).isEqualTo(ExitCode.RANKED);
    assertThat(out.toString())
        .contains(
            "python -m bundle fetch BAAI/bge-reranker-base --revision COMMIT --out CHECKPOINT",
            "compile CHECKPOINT --out models/bge-reranker-base --id bge-reranker-base --languages zh,en",
            "licence     MIT");
  }

  @Test
  void aModelThatCannotBeCompiledHasTheReasonAndNoCommands() {
    assertThat(models("jinaai/jina-reranker-v2-base-multilingual")).isEqualTo(ExitCode.RANKED);
    assertThat(out.toString())
        .contains("refused", "CC-BY-NC-4.0", "Python code from its own folder")
        .doesNotContain("python -m bundle");
  }

  @ParameterizedTest
  @ValueSource(strings = {"snap-base", "model-layer/models/snap-base"})
  void aBundleIsFoundByItsIdAndItsFolder(String name) {
    assertThat(models(name)).as(err.toString()).isEqualTo(ExitCode.RANKED);
    assertThat(out.toString())
        .contains(
            "id            snap-base\n",
            "licence       Apache-2.0\n",
            "languages     en (English)\n",
            "window        512 tokens\n",
            "pair          bert: [CLS] query [SEP] document [SEP], segments [0, 1]\n",
            "head          single-logit\n",
            "tokenizer.json, 466,081 bytes, sha256 9114256b");
  }

  @Test
  void aFolderOfBundlesHasADescriptionOfEach() {
    assertThat(models("model-layer/models")).isEqualTo(ExitCode.RANKED);
    assertThat(out.toString()).contains("id            snap-base\n", "id            snap-tiny\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bert-two-classes | two-class, relevant is class 1
          bert-in-parts    | 0.1 MB in 3 parts, and embeddings.bin, which is mapped
          mpnet-stock-in-parts | in 4 parts, with an attention mask
          xlm-roberta      | roberta: <s> query </s></s> document </s>
          monot5           | prompt: query and document with
          mpnet-stock      | with an attention mask, as a stock export has it
          deberta          | not recorded
          """)
  void theHeadThePairAndTheGraphAreDescribed(String family, String described) {
    assertThat(models(FAMILIES.resolve(family).toString())).as(err.toString()).isZero();
    assertThat(out.toString()).contains(described);
  }

  @Test
  void precisionAndCalibrationAreShownIfTheManifestHasThem() throws IOException {
    for (String file : List.of("reranker.json", "tokenizer.json", "model.onnx")) {
      Files.copy(FAMILIES.resolve("bert").resolve(file), folder.resolve(file));
    }
    Path manifest = folder.resolve("reranker.json");
    String fields =
        "{\"precision\": \"int8-7bit\", \"calibration\": {\"type\": \"platt\", \"a\": 0.5, \"b\": -1.0},";
    Files.writeString(manifest, Files.readString(manifest).replaceFirst("\\{", fields));
    assertThat(models(folder.toString())).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("precision     int8-7bit\n", "calibrated: Platt, a 0.5, b -1.0\n");
  }

  @Test
  void aNameThatIsNothingIsRefusedWithWhatIsAllowed() {
    assertThat(models("no/such-model")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains(
            "'no/such-model' is no folder, no bundle of model-layer/models ('snap-base', 'snap-tiny') and no published");
  }

  @ParameterizedTest
  @CsvSource({
    "'', the name is empty; expected a file or a folder",
    "s3://b/models, s3://b/models is in S3; expected a file or a folder on this machine",
  })
  void anEmptyNameAndAPlaceInS3AreRefusedAsByOtherCommands(String name, String problem) {
    assertThat(models(name)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).startsWith("snapranker: MODEL: " + problem);
  }

  @Test
  void aFolderWithoutABundleIsRefused() {
    assertThat(models(folder.toString())).isEqualTo(ExitCode.NOT_STARTED);
    assertThat(err.toString()).contains("reranker.json");
  }

  private int models(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "models";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Main.commandLine()
        .setOut(new PrintWriter(new BufferedWriter(out)))
        .setErr(new PrintWriter(err))
        .execute(all);
  }
}
