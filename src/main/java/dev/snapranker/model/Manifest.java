package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code reranker.json} says of a bundle: everything that code would otherwise have to guess.
 *
 * @param format the version of this description; 1
 * @param id the name that callers use
 * @param revision which weights these are
 * @param license SPDX identifier of the weights' licence
 * @param architecture the model's family, for people
 * @param files the bundle's files by name, {@code tokenizer.json} and the parts among them
 * @param parts the graph's files: each an ONNX graph that takes inputs of the model and what those
 *     before it give; {@code model.onnx} alone where the manifest has none
 * @param inputs what the graph calls its inputs
 * @param output the name of the graph's output, [1, classes]
 * @param pair how query and document become one sequence
 * @param maxTokens the model's window
 * @param head how the output becomes one logit
 * @param activation what turns the logit into a score
 * @param golden pairs with known logits, checked at every load
 * @param languages that the model was trained to read, as BCP 47 tags; empty if nobody says
 * @param fusion weights of learned fusion, null if none were fitted
 * @param calibration what makes the score a probability, in place of the activation; null for none
 */
public record Manifest(
    int format,
    String id,
    String revision,
    String license,
    String architecture,
    Map<String, FileSpec> files,
    List<String> parts,
    Inputs inputs,
    String output,
    PairTemplate pair,
    int maxTokens,
    Head head,
    Activation activation,
    List<GoldenPair> golden,
    List<String> languages,
    @JsonSetter(nulls = Nulls.SET) @Nullable FusionWeights fusion,
    @JsonSetter(nulls = Nulls.SET) @Nullable Calibration calibration) {

  public static final String FILE = "reranker.json";
  public static final String MODEL = "model.onnx";
  public static final String TOKENIZER = "tokenizer.json";

  private static final int FORMAT = 1;

  /** Of this file, whose texts are a few golden pairs. */
  static final int MAX_BYTES = 1 << 20;

  /** Below it the query's half of the window holds hardly a word. */
  private static final int LEAST_TOKENS = 16;

  /** Attention over twice as many would take 12 GB in a model of 12 heads; Lambda has 10. */
  private static final int MAX_TOKENS = 8_192;

  public Manifest {
    files = Map.copyOf(files);
    parts = List.copyOf(parts);
    golden = List.copyOf(golden);
    languages = List.copyOf(languages);
    require(format == FORMAT, "format is " + format + "; expected " + FORMAT);
    require(
        id.matches("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}"),
        "id is '" + id + "'; expected up to 200 letters, digits and ._/-, as callers name it");
    require(
        maxTokens >= LEAST_TOKENS && maxTokens <= MAX_TOKENS,
        "max_tokens is %d; expected %d..%d".formatted(maxTokens, LEAST_TOKENS, MAX_TOKENS));
    requireRoom(pair, maxTokens);
    require(!parts.isEmpty(), "parts is empty; expected at least one file of the graph");
    for (String part : parts) {
      require(files.containsKey(part), "files does not list " + part);
      require(!part.equals(TOKENIZER), "parts lists " + part + ", which is no part of the graph");
      require(
          parts.indexOf(part) == parts.lastIndexOf(part),
          "parts lists " + part + " more than once");
    }
    require(files.containsKey(TOKENIZER), "files does not list " + TOKENIZER);
    for (String file : files.keySet()) {
      require(
          file.matches("[A-Za-z0-9_][A-Za-z0-9._-]*"),
          "files lists '" + file + "'; expected a plain file name");
    }
    require(!golden.isEmpty(), "golden is empty; expected at least one pair");
    for (String language : languages) {
      require(
          language.matches("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
          "languages lists '" + language + "'; expected tags such as en or zh-Hant");
    }
  }

  /** One half of the window is the query's, the other the document's; both hold template tokens. */
  private static void requireRoom(PairTemplate pair, int maxTokens) {
    int besideQuery = pair.before().size() + pair.between().size();
    int besideDocument = pair.after().size();
    int half = maxTokens / 2;
    require(
        besideQuery < half,
        "pair puts %d tokens beside the query, whose half of max_tokens %d holds %d; expected fewer"
            .formatted(besideQuery, maxTokens, half));
    require(
        besideDocument < maxTokens - half,
        "pair puts %d tokens behind the document, whose half of max_tokens %d holds %d; expected fewer"
            .formatted(besideDocument, maxTokens, maxTokens - half));
  }

  /** The score of a logit, in [0, 1]; it never falls with the logit. */
  public double score(double logit) {
    return calibration == null ? activation.score(logit) : calibration.score(logit);
  }

  /** Whether it was trained on English, and on nothing else. */
  public boolean readsOnlyEnglish() {
    return languages.equals(List.of("en"));
  }

  /** Models whose tokenizers are the same give a text the same token ids. */
  public String tokenizerSha256() {
    return file(TOKENIZER).sha256();
  }

  /** The size of all parts together. */
  public long modelBytes() {
    return parts.stream().mapToLong(part -> file(part).bytes()).sum();
  }

  /** What a load reads at once: the tokenizer, and whatever else there is. */
  List<String> filesBesideTheGraph() {
    return files.keySet().stream().filter(file -> !parts.contains(file)).sorted().toList();
  }

  FileSpec file(String name) {
    return Objects.requireNonNull(files.get(name));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /**
   * A file of the bundle.
   *
   * @param bytes its size
   * @param sha256 its SHA-256 in lower-case hexadecimal
   */
  public record FileSpec(long bytes, String sha256) {
    public FileSpec {
      require(
          bytes >= 1 && bytes <= Integer.MAX_VALUE,
          "bytes is " + bytes + "; expected 1.." + Integer.MAX_VALUE);
    }
  }

  /**
   * The graph's names for its inputs, each [1, tokens].
   *
   * @param inputIds token ids
   * @param tokenTypeIds segment ids, null when the graph takes none
   * @param attentionMask ones, null when the graph takes none
   */
  public record Inputs(
      String inputIds,
      @JsonSetter(nulls = Nulls.SET) @Nullable String tokenTypeIds,
      @JsonSetter(nulls = Nulls.SET) @Nullable String attentionMask) {

    /** Those that the graph takes. */
    public Set<String> names() {
      return Stream.of(inputIds, tokenTypeIds, attentionMask)
          .filter(Objects::nonNull)
          .collect(Collectors.toSet());
    }
  }

  /** What turns the logit into a score. */
  public enum Activation {
    @JsonProperty("sigmoid")
    SIGMOID;

    /** The score of a logit, in [0, 1]. */
    public double score(double logit) {
      return switch (this) {
        case SIGMOID -> sigmoid(logit);
      };
    }

    private static double sigmoid(double x) {
      // StrictMath gives the same bits on every host; the two branches keep exp from overflowing.
      if (x >= 0) {
        return 1 / (1 + StrictMath.exp(-x));
      }
      double e = StrictMath.exp(x);
      return e / (1 + e);
    }
  }

  /**
   * A pair whose logit is known.
   *
   * @param logit what the graph gave where it was made
   * @param tolerance how far another CPU's arithmetic may be off
   */
  public record GoldenPair(String query, String document, float logit, float tolerance) {
    public GoldenPair {
      require(Float.isFinite(logit), "logit is " + logit + "; expected a finite number");
      require( // false for NaN
          tolerance >= 0 && tolerance <= 1, "tolerance is " + tolerance + "; expected 0..1");
    }
  }
}
