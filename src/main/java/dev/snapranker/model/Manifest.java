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
 * The description of a bundle, {@code reranker.json}, so that code need not guess anything about
 * the model.
 *
 * @param format the version of this format; 1
 * @param id the model's name for callers
 * @param revision the version of the weights
 * @param license SPDX identifier of the weights' licence
 * @param architecture the model's family, for human readers
 * @param files the bundle's files by name, including {@code tokenizer.json} and the parts
 * @param parts the graph's files in their order. Each is an ONNX graph that reads inputs of the
 *     model and outputs of earlier parts. If the manifest has no list, {@code model.onnx} is the
 *     only part
 * @param inputs the names of the graph's inputs
 * @param output the name of the graph's output, [1, classes]
 * @param pair how query and document become one sequence
 * @param maxTokens the model's window
 * @param head how the output becomes one logit
 * @param activation the function that turns the logit into a score
 * @param golden pairs with known logits, checked at every load
 * @param languages the languages that the model was trained to read, as BCP 47 tags; empty if
 *     unknown
 * @param fusion the weights of learned fusion; null if none were fitted
 * @param calibration turns the logit into a probability in place of the activation; null for none
 * @param decoder the keys and values of a graph with causal attention; null for an encoder
 * @param precision how the graph stores its matrices, for human readers; null if not recorded
 * @param embeddings the file with a large graph's embeddings, which ONNX Runtime maps; null if all
 *     weights are in the graph
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
    @JsonSetter(nulls = Nulls.SET) @Nullable Calibration calibration,
    @JsonSetter(nulls = Nulls.SET) @Nullable DecoderShape decoder,
    @JsonSetter(nulls = Nulls.SET) @Nullable String precision,
    @JsonSetter(nulls = Nulls.SET) @Nullable String embeddings) {

  public static final String FILE = "reranker.json";
  public static final String MODEL = "model.onnx";
  public static final String TOKENIZER = "tokenizer.json";

  private static final int FORMAT = 1;

  /** The most bytes of this file, whose longest texts are a few golden pairs. */
  static final int MAX_BYTES = 1 << 20;

  /** In a smaller window, the query's half would have room for hardly a word. */
  private static final int LEAST_TOKENS = 16;

  /** For twice as many, attention in a model of 12 heads would take 12 GB; Lambda has 10 GB. */
  private static final int MAX_TOKENS = 8_192;

  public Manifest {
    files = Map.copyOf(files);
    parts = List.copyOf(parts);
    golden = List.copyOf(golden);
    languages = List.copyOf(languages);
    require(format == FORMAT, "format is " + format + "; expected " + FORMAT);
    require(
        id.matches("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}"),
        "id is '"
            + id
            + "'; expected up to 200 letters, digits and ._/- that begin with a letter or digit");
    require(
        maxTokens >= LEAST_TOKENS && maxTokens <= MAX_TOKENS,
        "max_tokens is %d; expected %d..%d".formatted(maxTokens, LEAST_TOKENS, MAX_TOKENS));
    requireRoom(pair, maxTokens);
    if (decoder != null) {
      requireDecoder(pair, inputs);
    }
    require(!parts.isEmpty(), "parts is empty; expected at least one file of the graph");
    for (String part : parts) {
      require(files.containsKey(part), "files does not list " + part);
      require(
          !part.equals(TOKENIZER), "parts lists " + part + ", which is not a part of the graph");
      require(
          parts.indexOf(part) == parts.lastIndexOf(part),
          "parts lists " + part + " more than once");
    }
    require(files.containsKey(TOKENIZER), "files does not list " + TOKENIZER);
    if (embeddings != null) {
      require(files.containsKey(embeddings), "files does not list " + embeddings);
      require(
          !parts.contains(embeddings) && !embeddings.equals(TOKENIZER),
          "embeddings is " + embeddings + "; expected a file of its own");
    }
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

  /** Query and document each get half of the window, and special tokens must leave room in both. */
  private static void requireRoom(PairTemplate pair, int maxTokens) {
    int besideQuery = pair.before().size() + pair.between().size();
    int besideDocument = pair.after().size();
    int half = maxTokens / 2;
    require(
        besideQuery < half,
        "pair puts %d special tokens beside the query, but the query's half of max_tokens %d is %d tokens; expected fewer special tokens"
            .formatted(besideQuery, maxTokens, half));
    require(
        besideDocument < maxTokens - half,
        "pair puts %d special tokens after the document, but the document's half of max_tokens %d is %d tokens; expected fewer special tokens"
            .formatted(besideDocument, maxTokens, maxTokens - half));
  }

  /** All pairs of a query begin with the same tokens, whose keys and values they share. */
  private static void requireDecoder(PairTemplate pair, Inputs inputs) {
    require(
        pair instanceof PairTemplate.Instruct,
        "decoder is set, but pair has another template; expected the template 'instruct'");
    require(!pair.before().isEmpty(), "pair.before is empty; expected at least one token id");
    require(
        inputs.tokenTypeIds() == null && inputs.attentionMask() == null,
        "inputs has token_type_ids or attention_mask, but decoder is set; expected null for both");
  }

  /** The score of a logit, in [0, 1]. A higher logit never gives a lower score. */
  public double score(double logit) {
    return calibration == null ? activation.score(logit) : calibration.score(logit);
  }

  /** Whether the model was trained on English only. */
  public boolean readsOnlyEnglish() {
    return languages.equals(List.of("en"));
  }

  /** The tokenizer's SHA-256. Models with the same tokenizer can share the tokens of a text. */
  public String tokenizerSha256() {
    return file(TOKENIZER).sha256();
  }

  /** The size of all parts and embeddings together. */
  public long modelBytes() {
    return files.keySet().stream()
        .filter(this::isOfTheGraph)
        .mapToLong(file -> file(file).bytes())
        .sum();
  }

  /** The files without the graph's weights: the tokenizer, and any others. */
  List<String> filesBesideTheGraph() {
    return files.keySet().stream().filter(file -> !isOfTheGraph(file)).sorted().toList();
  }

  private boolean isOfTheGraph(String file) {
    return parts.contains(file) || file.equals(embeddings);
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
   * @param bytes the file's size
   * @param sha256 the file's SHA-256 in lower-case hexadecimal
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
   * @param inputIds the input for token ids
   * @param tokenTypeIds the input for segment ids; null if the graph has none
   * @param attentionMask the input for the attention mask, which is all ones; null if the graph has
   *     none
   */
  public record Inputs(
      String inputIds,
      @JsonSetter(nulls = Nulls.SET) @Nullable String tokenTypeIds,
      @JsonSetter(nulls = Nulls.SET) @Nullable String attentionMask) {

    /** The names of the inputs that the graph has. */
    public Set<String> names() {
      return Stream.of(inputIds, tokenTypeIds, attentionMask)
          .filter(Objects::nonNull)
          .collect(Collectors.toSet());
    }
  }

  /** The function that turns the logit into a score. */
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
   * A query and a document with their known logit. A start scores them to check the model.
   *
   * @param logit the graph's logit on the machine that made the bundle
   * @param tolerance how far the logit may differ on another CPU
   */
  public record GoldenPair(String query, String document, float logit, float tolerance) {
    public GoldenPair {
      require(Float.isFinite(logit), "logit is " + logit + "; expected a finite number");
      require( // false for NaN
          tolerance >= 0 && tolerance <= 1, "tolerance is " + tolerance + "; expected 0..1");
    }
  }
}
