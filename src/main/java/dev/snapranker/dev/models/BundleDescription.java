package dev.snapranker.dev.models;

import dev.snapranker.api.Counted;
import dev.snapranker.model.Calibration;
import dev.snapranker.model.DecoderShape;
import dev.snapranker.model.Head;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.PairTemplate;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a bundle's manifest says, in words. {@code compile} writes the same into its card. */
final class BundleDescription {
  private final Manifest manifest;

  BundleDescription(Manifest manifest) {
    this.manifest = manifest;
  }

  /** Rows of two cells: what, and what it is. */
  List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("id", manifest.id()));
    rows.add(List.of("revision", manifest.revision()));
    rows.add(List.of("licence", manifest.license()));
    rows.add(List.of("languages", languages()));
    rows.add(List.of("architecture", architecture()));
    rows.add(
        List.of("precision", Objects.requireNonNullElse(manifest.precision(), "not recorded")));
    rows.add(List.of("graph", graph()));
    rows.add(List.of("window", manifest.maxTokens() + " tokens"));
    rows.add(List.of("pair", pair(manifest.pair())));
    rows.add(List.of("head", head(manifest.head())));
    rows.add(List.of("score", score(manifest.calibration())));
    rows.add(List.of("fusion", manifest.fusion() == null ? "none" : "learned weights"));
    rows.add(List.of("golden pairs", golden()));
    manifest.files().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(file -> rows.add(List.of("file", file(file.getKey(), file.getValue()))));
    rows.add(List.of("memory", "about %.0f MB while it is loaded (calculated)".formatted(peak())));
    return rows;
  }

  private String languages() {
    return manifest.languages().isEmpty()
        ? "not recorded"
        : manifest.languages().stream()
            .map(tag ->
                "%s (%s)".formatted(tag, Locale.forLanguageTag(tag).getDisplayName(Locale.ENGLISH)))
            .collect(Collectors.joining(", "));
  }

  private String architecture() {
    DecoderShape decoder = manifest.decoder();
    return decoder == null
        ? manifest.architecture()
        : "%s, a decoder: keys and values of %s are shared by a request's candidates"
            .formatted(manifest.architecture(), Counted.of(decoder.layers(), "layer"));
  }

  private String graph() {
    int parts = manifest.parts().size();
    return "%.1f MB in %s%s%s"
        .formatted(
            manifest.modelBytes() / 1e6,
            parts == 1 ? "one file" : parts + " parts",
            manifest.embeddings() == null
                ? ""
                : ", and %s, which is mapped".formatted(manifest.embeddings()),
            manifest.inputs().attentionMask() == null
                ? ""
                : ", with an attention mask, as a stock export has it");
  }

  private static String pair(PairTemplate pair) {
    return switch (pair) {
      case PairTemplate.Bert bert ->
          "bert: [CLS] query [SEP] document [SEP], segments " + bert.segments();
      case PairTemplate.Roberta _ -> "roberta: <s> query </s></s> document </s>";
      case PairTemplate.Prompt prompt ->
          "prompt: query and document with %s around them"
              .formatted(Counted.of(prompt.specialTokens(), "token"));
      case PairTemplate.Instruct instruct ->
          "instruct: %s"
              .formatted(
                  instruct.instruction() == null
                      ? "a prompt without an instruction"
                      : "the instruction \"%s\"".formatted(instruct.instruction()));
    };
  }

  private static String head(Head head) {
    return switch (head) {
      case Head.SingleLogit _ -> "single-logit";
      case Head.TwoClass classes -> "two-class, relevant is class " + classes.relevant();
    };
  }

  private static String score(@Nullable Calibration calibration) {
    return switch (calibration) {
      case null -> "the logit's sigmoid, not calibrated";
      case Calibration.Platt platt ->
          "calibrated: Platt, a %s, b %s".formatted(platt.a(), platt.b());
      case Calibration.Isotonic isotonic ->
          "calibrated: isotonic, %s".formatted(Counted.of(isotonic.x().size(), "point"));
    };
  }

  private String golden() {
    double tolerance =
        manifest.golden().stream().mapToDouble(Manifest.GoldenPair::tolerance).max().orElse(0);
    return "%d, logits within %.3g".formatted(manifest.golden().size(), tolerance);
  }

  private static String file(String name, Manifest.FileSpec file) {
    return "%s, %,d bytes, sha256 %s".formatted(name, file.bytes(), file.sha256());
  }

  private double peak() {
    DoubleSummaryStatistics parts =
        manifest.parts().stream()
            .mapToDouble(part -> Objects.requireNonNull(manifest.files().get(part)).bytes() / 1e6)
            .summaryStatistics();
    return PeakMemory.ofParts(
        parts.getSum(), parts.getMax(), PeakMemory.BLOCKWISE.equals(manifest.precision()));
  }
}
