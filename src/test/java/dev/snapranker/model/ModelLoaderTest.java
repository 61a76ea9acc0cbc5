package dev.snapranker.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLoaderTest {
  private static final String MANIFEST =
      """
      {"format": 1, "id": "m", "revision": "r", "license": "MIT", "architecture": "bert",
       "files": {"model.onnx": {"bytes": 5, "sha256": "MODEL-SHA256"},
                 "tokenizer.json": {"bytes": 2, "sha256": "TOKENIZER-SHA256"}},
       "inputs": {"input_ids": "ids", "token_type_ids": null, "attention_mask": "mask"},
       "output": "logits",
       "pair": {"template": "bert", "cls": 101, "sep": 102, "segments": [0, 1]},
       "max_tokens": 64, "head": {"type": "two-class", "relevant": 1, "other": 0},
       "activation": "sigmoid",
       "golden": [{"query": "q", "document": "d", "logit": 0.5, "tolerance": 0.1}]}
      """;

  @TempDir Path bundle;

  @BeforeEach
  void writeBundle() throws Exception {
    Files.writeString(bundle.resolve("model.onnx"), "model");
    Files.writeString(bundle.resolve("tokenizer.json"), "{}");
    writeManifest();
  }

  private void writeManifest() throws Exception {
    Files.writeString(
        bundle.resolve("reranker.json"),
        MANIFEST
            .replace("MODEL-SHA256", sha256("model"))
            .replace("TOKENIZER-SHA256", sha256("{}")));
  }

  @Test
  void aSoundBundleHasNoEmbeddingsInAFile() {
    assertThat(ModelLoader.load(bundle).embeddings()).isNull();
  }

  @Test
  void embeddingsStayWhereTheyAre() throws Exception {
    writeEmbeddings("table", "table");
    ModelBundle loaded = ModelLoader.load(bundle);
    assertThat(loaded.manifest().modelBytes()).isEqualTo(5 + 5);
    try (EmbeddingsFile file = requireNonNull(loaded.embeddings())) {
      assertThat(file.path()).isEqualTo(bundle.toRealPath().resolve("e.bin"));
    }
    assertThat(bundle.resolve("e.bin")).hasContent("table");
  }

  @Test
  void embeddingsBehindALinkOfTheSameNameAreTheLinksTarget() throws Exception {
    writeEmbeddings("table", "table");
    Path elsewhere = Files.createDirectories(bundle.resolve("elsewhere"));
    Files.move(bundle.resolve("e.bin"), elsewhere.resolve("e.bin"));
    Files.createSymbolicLink(bundle.resolve("e.bin"), elsewhere.resolve("e.bin"));
    try (EmbeddingsFile file = requireNonNull(ModelLoader.load(bundle).embeddings())) {
      assertThat(file.path()).isEqualTo(elsewhere.toRealPath().resolve("e.bin"));
    }
    Files.move(elsewhere.resolve("e.bin"), elsewhere.resolve("0a1b2c"));
    Files.delete(bundle.resolve("e.bin"));
    Files.createSymbolicLink(bundle.resolve("e.bin"), elsewhere.resolve("0a1b2c"));
    assertThatThrownBy(() -> ModelLoader.load(bundle).embeddings())
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageEndingWith(
            "0a1b2c; expected the file itself, or a link to a file of the same name");
  }

  @Test
  void embeddingsThatAreNotThoseOfTheManifestAreRefused() throws Exception {
    writeEmbeddings("table", "cable");
    assertThatThrownBy(() -> ModelLoader.load(bundle).embeddings())
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("e.bin has sha256 " + sha256("cable"))
        .hasMessageContaining("reranker.json says " + sha256("table"));
    writeEmbeddings("table", "tab");
    assertThatThrownBy(() -> ModelLoader.load(bundle).embeddings())
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("e.bin has 3 bytes; reranker.json says 5");
    Files.delete(bundle.resolve("e.bin"));
    assertThatThrownBy(() -> ModelLoader.load(bundle).embeddings())
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("e.bin cannot be read: there is no such file");
    Files.createDirectory(bundle.resolve("e.bin"));
    assertThatThrownBy(() -> ModelLoader.load(bundle).embeddings())
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("e.bin cannot be read: it is a directory; expected a file");
  }

  private void writeEmbeddings(String expected, String content) throws Exception {
    String listed =
        "\"embeddings\": \"e.bin\", \"files\": {\"e.bin\": {\"bytes\": %d, \"sha256\": \"%s\"},"
            .formatted(expected.length(), sha256(expected));
    writeManifest();
    Path manifest = bundle.resolve("reranker.json");
    Files.writeString(manifest, Files.readString(manifest).replace("\"files\": {", listed));
    Files.writeString(bundle.resolve("e.bin"), content);
  }

  @Test
  void aSoundBundleIsRead() {
    ModelBundle loaded = ModelLoader.load(bundle);
    Manifest manifest = loaded.manifest();
    assertThat(manifest.head()).isEqualTo(new Head.TwoClass(1, 0));
    assertThat(manifest.pair().specialTokens()).isEqualTo(3);
    assertThat(manifest.inputs()).isEqualTo(new Manifest.Inputs("ids", null, "mask"));
    try (FileContent model = loaded.part("model.onnx")) {
      assertThat(StandardCharsets.UTF_8.decode(model.bytes()).toString()).isEqualTo("model");
    }
    assertThat(loaded.tokenizerJson()).isEqualTo("{}");
  }

  @Test
  void aCalibrationReplacesTheActivation() throws IOException {
    Path file = bundle.resolve("reranker.json");
    assertThat(ModelLoader.load(bundle).manifest().score(0)).isEqualTo(0.5);
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "\"sigmoid\"",
                "\"sigmoid\", \"calibration\": {\"type\": \"platt\", \"a\": 2, \"b\": -1}"));
    Manifest manifest = ModelLoader.load(bundle).manifest();
    assertThat(manifest.calibration()).isEqualTo(new Calibration.Platt(2, -1));
    assertThat(manifest.score(0.5)).isEqualTo(0.5);
    assertThat(manifest.score(0)).isEqualTo(1 / (1 + Math.exp(1)));
  }

  @Test
  void aBundleMaySayItsLanguages() throws IOException {
    assertThat(ModelLoader.load(bundle).manifest().languages()).isEmpty();
    Path file = bundle.resolve("reranker.json");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("\"sigmoid\"", "\"sigmoid\", \"languages\": [\"en\", \"zh-Hant\"]"));
    Manifest manifest = ModelLoader.load(bundle).manifest();
    assertThat(manifest.languages()).containsExactly("en", "zh-Hant");
    assertThat(manifest.readsOnlyEnglish()).isFalse();
  }

  @Test
  void aFileOfAnotherSizeIsRefusedWithBothSizes() throws IOException {
    Files.writeString(bundle.resolve("model.onnx"), "longer model");
    assertThatThrownBy(() -> ModelLoader.load(bundle).part("model.onnx"))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("model.onnx has 12 bytes; reranker.json says 5");
  }

  @Test
  void aFileWithOtherBytesIsRefusedWithBothChecksums() throws Exception {
    Files.writeString(bundle.resolve("model.onnx"), "nodel");
    assertThatThrownBy(() -> ModelLoader.load(bundle).part("model.onnx"))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("model.onnx has sha256 " + sha256("nodel"))
        .hasMessageContaining("reranker.json says " + sha256("model"));
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(bundle.resolve("tokenizer.json"));
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("tokenizer.json cannot be read");
  }

  @Test
  void aFolderWithoutManifestIsNoBundle(@TempDir Path empty) {
    assertThatThrownBy(() -> ModelLoader.load(empty))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("expected a model bundle there");
  }

  @Test
  void aFolderThatDoesNotExistIsReportedWithTheBundlesBesideIt(@TempDir Path models)
      throws IOException {
    for (String name : List.of("snap-tiny", "no-bundle", "snap-base")) {
      Files.createDirectory(models.resolve(name));
    }
    Files.createFile(models.resolve("snap-tiny").resolve("reranker.json"));
    Files.createFile(models.resolve("snap-base").resolve("reranker.json"));
    assertThatThrownBy(() -> ModelLoader.load(models.resolve("old-name")))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining(
            "old-name/reranker.json cannot be read: there is no such file; expected a model bundle there, or the name of a bundle beside it ('snap-base', 'snap-tiny') (see ");
  }

  @Test
  void weightsForFusionMayBeThere() throws IOException {
    assertThat(ModelLoader.load(bundle).manifest().fusion()).isNull();
    Path file = bundle.resolve("reranker.json");
    String sound = Files.readString(file);
    String weights =
        "\"fusion\": {\"intercept\": -1, \"logit\": 0.5, \"first_stage\": 2,"
            + " \"reciprocal_rank\": 0, \"log_length\": 0.1}, \"license\"";
    Files.writeString(file, sound.replace("\"license\"", weights));
    assertThat(ModelLoader.load(bundle).manifest().fusion())
        .isEqualTo(new FusionWeights(-1, 0.5, 2, 0, 0.1));
    Files.writeString(file, sound.replace("\"license\"", weights.replace("-1,", "1e999,")));
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .hasMessageContaining("a weight is Infinity; expected numbers within ±1.0E30");
  }

  @Test
  void aFolderMayHoldSeveralBundles(@TempDir Path folder) throws IOException {
    Path small = Files.createDirectory(folder.resolve("small"));
    Path large = Files.createDirectory(folder.resolve("large"));
    Files.createDirectory(folder.resolve("other"));
    Files.writeString(small.resolve("reranker.json"), "");
    Files.writeString(large.resolve("reranker.json"), "");
    assertThat(ModelLoader.bundlesIn(folder)).containsExactly(large, small);
    assertThat(ModelLoader.bundlesIn(small)).containsExactly(small);
    Path none = folder.resolve("other");
    assertThat(ModelLoader.bundlesIn(none)).containsExactly(none);
  }

  @Test
  void aWrongFileOfWeightsIsReported(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("weights.json");
    FusionFile weights = new FusionFile("m", "r", new FusionWeights(1, 2, 3, 4, 5));
    Files.writeString(file, weights.json());
    assertThat(FusionFile.read(file)).isEqualTo(weights);
    Files.writeString(file, weights.json().replace("first_stage", "second_stage"));
    assertThatThrownBy(() -> FusionFile.read(file))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("'weights.first_stage' is missing; expected a number");
    Files.writeString(file, weights.json().substring(0, 20));
    assertThatThrownBy(() -> FusionFile.read(file))
        .hasMessageMatching(
            ".*weights.json is not valid JSON at line 3, column \\d+; expected one complete JSON object"
                + " and nothing else");
    Files.writeString(file, weights.json() + "{}");
    assertThatThrownBy(() -> FusionFile.read(file))
        .hasMessageMatching(
            ".*weights.json is not valid JSON at line \\d+, column \\d+; expected one complete JSON"
                + " object and nothing else");
    Files.writeString(file, "[]");
    assertThatThrownBy(() -> FusionFile.read(file))
        .hasMessageEndingWith("weights.json is an array; expected an object");
    Files.writeString(file, "");
    assertThatThrownBy(() -> FusionFile.read(file))
        .hasMessageEndingWith("weights.json is missing; expected an object");
    Files.writeString(file, weights.json().replace("5.0", "1e300"));
    assertThatThrownBy(() -> FusionFile.read(file))
        .hasMessageContaining("a weight is 1.0E300; expected numbers within ±1.0E30");
    assertThatThrownBy(() -> FusionFile.read(folder.resolve("none")))
        .hasMessageContaining("cannot be read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "format": 1         | "format": 2           | format is 2; expected 1
          "max_tokens": 64    | "max_tokens": 8       | max_tokens is 8; expected 16..8192
          "max_tokens": 64    | "max_tokens": 0       | max_tokens is 0; expected 16..8192
          "max_tokens": 64    | "max_tokens": -64     | max_tokens is -64; expected 16..8192
          "max_tokens": 64    | "max_tokens": 2147483647 | max_tokens is 2147483647; expected 16..8192
          "max_tokens": 64    | "max_tokens": 99999999999 | 'max_tokens' is 99999999999; expected an integer up to 2147483647
          "cls": 101          | "cls": -1             | at 'pair': cls has id -1; expected 0 or more
          "bytes": 5          | "bytes": 0            | at 'files.model.onnx': bytes is 0; expected 1..2147483647
          "bytes": 5          | "bytes": 2147483648   | at 'files.model.onnx': bytes is 2147483648; expected 1..2147483647
          "max_tokens": 64    | "max_tokens": 64.5    | 'max_tokens' is 64.5; expected an integer up to 2147483647
          "max_tokens": 64,   | ``                    | 'max_tokens' is missing; expected an integer up to 2147483647
          "revision": "r"     | "revison": "r"        | 'revision' is missing; expected a string
          "revision": "r"     | "revision": "r", "revison": "r" | 'revison' is not a known field; expected activation, architecture, calibration,
          "two-class"         | "three-class"         | 'head.type' is 'three-class'; expected 'single-logit' or 'two-class'
          "relevant": 1       | "relevant": 0         | expected 0 and 1
          "sigmoid"           | "softmax"             | 'activation' is 'softmax'; expected 'sigmoid'
          [0, 1]              | [0]                   | segments has 1 entry
          "tokenizer.json":   | "../tokenizer.json":  | files does not list tokenizer.json
          "inputs":           | "parts": [], "inputs":           | parts is empty; expected at least one file
          "inputs":           | "parts": ["a.onnx"], "inputs": | files does not list a.onnx
          "inputs":           | "parts": ["tokenizer.json"], "inputs": | parts lists tokenizer.json, which is not a part
          "inputs":           | "parts": ["model.onnx", "model.onnx"], "inputs": | parts lists model.onnx more than once
          "inputs":           | "parts": "model.onnx", "inputs": | 'parts' is 'model.onnx'; expected an array
          "inputs":           | "parts": null, "inputs": | 'parts' is null; expected
          "model.onnx":       | "graph.onnx":         | files does not list model.onnx
          "inputs":           | "embeddings": "e.bin", "inputs": | files does not list e.bin
          "inputs":           | "embeddings": "model.onnx", "inputs": | embeddings is model.onnx; expected a file of its own
          "inputs":           | "embeddings": "tokenizer.json", "inputs": | embeddings is tokenizer.json; expected a file of its own
          "inputs":           | "embeddings": ["e.bin"], "inputs": | 'embeddings' is an array; expected a string
          {"format"           | {{"format"            | is not valid JSON at line 1, column 2; expected one complete JSON object and nothing else
          "query": "q"        | "query": null         | 'golden[0].query' is null; expected
          "golden": [         | "golden": [null,      | 'golden[0]' is null; expected
          [0, 1]              | [null, 1]             | 'pair.segments[0]' is null; expected
          "license": "MIT"    | "license": null       | 'license' is null; expected a string
          "input_ids": "ids"  | "input_ids": null     | 'inputs.input_ids' is null; expected a string
          "tolerance": 0.1    | "tolerance": 1e39     | tolerance is Infinity; expected 0..1
          "tolerance": 0.1    | "tolerance": "NaN"    | tolerance is NaN; expected 0..1
          "tolerance": 0.1    | "tolerance": -0.1     | tolerance is -0.1; expected 0..1
          "sigmoid"           | "sigmoid", "calibration": {"type": "beta"} | 'calibration.type' is 'beta'; expected 'platt' or 'isotonic'
          "sigmoid"           | "sigmoid", "calibration": {"type": "platt", "a": 1} | 'calibration.b' is missing; expected a number
          "sigmoid"           | "sigmoid", "calibration": {"type": "platt", "a": 0, "b": 1} | a is 0.0; expected a finite number above 0
          "sigmoid"           | "sigmoid", "calibration": {"type": "isotonic", "x": [1, 2], "y": [0.5]} | x has 2 entries and y 1; expected the same number in both
          "sigmoid"           | "sigmoid", "languages": ["English"] | languages lists 'English'; expected tags such as en or zh-Hant
          "sigmoid"           | "sigmoid", "languages": "en" | 'languages' is 'en'; expected an array
          "sigmoid"           | "sigmoid", "languages": null | 'languages' is null; expected
          "logit": 0.5        | "logit": -1e39        | logit is -Infinity; expected a finite number
          """)
  void aWrongManifestIsReportedWithThePlace(String sound, String broken, String message)
      throws IOException {
    Path file = bundle.resolve("reranker.json");
    String manifest = Files.readString(file);
    assertThat(manifest).contains(sound);
    Files.writeString(file, manifest.replace(sound, broken));
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("reranker.json")
        .hasMessageContaining(message);
  }

  @Test
  void aManifestOfNullIsReported() throws IOException {
    Files.writeString(bundle.resolve("reranker.json"), "null");
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageEndingWith("reranker.json is null; expected an object");
  }

  @Test
  void aFileOutsideOfTheBundleIsRefused() throws IOException {
    Path file = bundle.resolve("reranker.json");
    String manifest = Files.readString(file);
    Files.writeString(
        file,
        manifest.replace(
            "\"files\": {", "\"files\": {\"../x\": {\"bytes\": 1, \"sha256\": \"\"}, "));
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .hasMessageContaining("files lists '../x'; expected a plain file name");
  }

  /** A window of 16 tokens has 8 for the query with its special tokens, and 8 for the document. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1,2,3,4,5,6 | 7 | 8                | ''
          1,2,3,4,5   | 6,7,8 | 9            | pair puts 8 special tokens beside the query, but the query's half of max_tokens 16 is 8 tokens; expected fewer special tokens
          1           | 2 | 1,2,3,4,5,6,7    | ''
          1           | 2 | 1,2,3,4,5,6,7,8  | pair puts 8 special tokens after the document, but the document's half of max_tokens 16 is 8 tokens; expected fewer special tokens
          """)
  void aPromptThatLeavesNoRoomIsRefused(String before, String between, String after, String message)
      throws IOException {
    Path file = bundle.resolve("reranker.json");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("\"max_tokens\": 64", "\"max_tokens\": 16")
            .replaceAll(
                "\"pair\": \\{.*},",
                "\"pair\": {\"template\": \"prompt\", \"before\": [%s], \"between\": [%s], \"after\": [%s]},"
                    .formatted(before, between, after)));
    if (message.isEmpty()) {
      assertThat(ModelLoader.load(bundle).manifest().maxTokens()).isEqualTo(16);
    } else {
      assertThatThrownBy(() -> ModelLoader.load(bundle))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessage(file + ": " + message);
    }
  }

  @Test
  void aDecoderHasTextsAroundQueryAndDocument() throws Exception {
    writeDecoder("", "");
    Manifest manifest = ModelLoader.load(bundle).manifest();
    DecoderShape decoder = new DecoderShape(2, 4, 8);
    assertThat(manifest.decoder()).isEqualTo(decoder);
    assertThat(decoder.past())
        .containsExactly("past.0.key", "past.0.value", "past.1.key", "past.1.value");
    PairTemplate pair = manifest.pair();
    assertThat(pair.takesInstruction()).isTrue();
    assertThat(pair.queryFrame(null)).isEqualTo(new TextFrame("find: ", "\n"));
    assertThat(pair.queryFrame("refute {query}"))
        .isEqualTo(new TextFrame("refute {query}: ", "\n"));
    assertThat(pair.documentFrame()).isEqualTo(new TextFrame(" ", ""));
    assertThat(pair.specialTokens()).isEqualTo(3);
  }

  @Test
  void aTemplateMayHaveNoPlaceForAnInstruction() throws Exception {
    writeDecoder("{instruction}: {query}", "{query}");
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .hasMessageContaining("request has no {instruction}; expected it once");
    for (String none : List.of("", ", \"instruction\": null")) {
      writeDecoder("{instruction}: {query}", "{query}");
      Path file = bundle.resolve("reranker.json");
      Files.writeString(file, Files.readString(file).replace(", \"instruction\": \"find\"", none));
      assertThat(ModelLoader.load(bundle).manifest().pair().takesInstruction()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {query}\\n             | \\n                 | request has no {query}; expected it once
          {query}\\n             | {query}{query}       | request has more than one {query}; expected it once
          {instruction}:         | {instruction}{instruction}: | request has more than one {instruction}; expected it once
          , "instruction": "find" | ``                  | instruction is missing; expected a text for {instruction} in request
          " {document}"          | "text"               | document has no {document}; expected it once
          " {document}"          | "{document} end"     | document has text after {document}; expected its token ids in after
          "before": [1, 2]       | "before": [-1]       | before has id -1; expected 0 or more
          "before": [1, 2]       | "before": []         | pair.before is empty; expected at least one token id
          "layers": 2            | "layers": 0          | layers is 0; expected 1..4096
          "head_size": 8         | "head_size": 8.5     | 'decoder.head_size' is 8.5; expected an integer
          "layers": 2,           | ``                   | 'decoder.layers' is missing; expected an integer
          "attention_mask": null | "attention_mask": "m" | inputs has token_type_ids or attention_mask, but decoder is set; expected null for both
          "template": "instruct", "before": [1, 2], "request": "{instruction}: {query}\\n", "document": " {document}", "after": [3], "instruction": "find" | "template": "roberta", "cls": 1, "sep": 2 | decoder is set, but pair has another template; expected the template 'instruct'
          """)
  void aWrongDecoderIsReported(String sound, String broken, String message) throws Exception {
    writeDecoder(sound, broken);
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining(message);
  }

  private void writeDecoder(String sound, String broken) throws Exception {
    Path file = bundle.resolve("reranker.json");
    String decoder =
        """
        "pair": {"template": "instruct", "before": [1, 2], "request": "{instruction}: {query}\\n", "document": " {document}", "after": [3], "instruction": "find"},
        "decoder": {"layers": 2, "key_value_heads": 4, "head_size": 8},
        """;
    writeManifest();
    String manifest =
        Files.readString(file)
            .replace("\"attention_mask\": \"mask\"", "\"attention_mask\": null")
            .replaceAll("\"pair\": \\{.*},", Matcher.quoteReplacement(decoder.strip()));
    assertThat(manifest).contains(sound);
    Files.writeString(file, manifest.replace(sound, broken));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reranker.json", "tokenizer.json", "model.onnx"})
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anythingButAFileIsRefusedAndNotRead(String name) throws Exception {
    Path file = bundle.resolve(name);
    Files.delete(file);
    for (SpecialFile special : SpecialFile.values()) {
      try (AutoCloseable _ = special.create(file)) {
        assertThatThrownBy(() -> ModelLoader.load(bundle).part("model.onnx"))
            .as("%s is %s", name, special)
            .isInstanceOf(InvalidBundleException.class)
            .hasMessageContaining(file + " cannot be read: " + special.problem());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void weightsOfFusionThatAreNoFileAreRefusedAndNotRead(SpecialFile special) throws Exception {
    Path file = bundle.resolve("weights.json");
    try (AutoCloseable _ = special.create(file)) {
      assertThatThrownBy(() -> FusionFile.read(file))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessageStartingWith(file + " cannot be read: " + special.problem());
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noBundleInAFolderIsSkipped(SpecialFile special, @TempDir Path folder) throws Exception {
    Files.writeString(
        Files.createDirectory(folder.resolve("sound")).resolve("reranker.json"), "{}");
    Path broken = Files.createDirectory(folder.resolve("broken"));
    try (AutoCloseable _ = special.create(broken.resolve("reranker.json"))) {
      assertThat(ModelLoader.bundlesIn(folder)).containsExactly(broken, folder.resolve("sound"));
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aFileIsNotAFolderOfBundles(SpecialFile special, @TempDir Path folder) throws Exception {
    Path bundle = folder.resolve("model");
    try (AutoCloseable _ = special.create(bundle)) {
      assertThatThrownBy(() -> ModelLoader.bundlesIn(bundle).forEach(ModelLoader::load))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessageStartingWith(bundle + "/reranker.json cannot be read: ");
    }
  }

  @Test
  void aManifestOfAnySizeIsNotRead() throws IOException {
    Path file = bundle.resolve("reranker.json");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {'x'}), 10L << 30); // a hole before it
    }
    assertThatThrownBy(() -> ModelLoader.load(bundle))
        .hasMessageContaining("reranker.json cannot be read: it has more than 1048576 bytes");
  }

  @Test
  void aFileFarLargerThanInItsManifestIsNotRead() throws IOException {
    try (FileChannel channel =
        FileChannel.open(bundle.resolve("model.onnx"), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {'x'}), 10L << 30);
    }
    assertThatThrownBy(() -> ModelLoader.load(bundle).part("model.onnx"))
        .hasMessageContaining("model.onnx has 10737418241 bytes; reranker.json says 5");
  }

  private static String sha256(String text) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
