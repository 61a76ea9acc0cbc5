package dev.snapranker.dev.bench;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.scoring.onnx.OnnxScoringModel;
import dev.snapranker.model.Manifest;
import java.nio.file.Path;
import java.util.List;

/** LangChain4j's in-process scoring model with its defaults. */
final class LangChain4j implements Library {
  private final OnnxScoringModel model;

  LangChain4j(Path bundle) {
    this.model =
        new OnnxScoringModel(
            bundle.resolve(Manifest.MODEL).toString(),
            bundle.resolve(Manifest.TOKENIZER).toString());
  }

  @Override
  public double[] rank(String query, List<String> texts) {
    List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
    return model.scoreAll(segments, query).content().stream()
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  @Override
  public void close() {
    model.close();
  }
}
