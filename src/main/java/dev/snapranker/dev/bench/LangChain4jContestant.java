package dev.snapranker.dev.bench;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.scoring.onnx.OnnxScoringModel;
import dev.snapranker.model.Manifest;
import java.nio.file.Path;
import java.util.List;

/** Measures LangChain4j's in-process scoring model with its defaults. */
final class LangChain4jContestant implements Contestant {
  private final OnnxScoringModel model;

  LangChain4jContestant(Path bundle) {
    this.model =
        new OnnxScoringModel(
            bundle.resolve(Manifest.MODEL).toString(),
            bundle.resolve(Manifest.TOKENIZER).toString());
  }

  @Override
  public String name() {
    return "LangChain4j, stock export";
  }

  @Override
  public void rank(BenchRequest request) {
    List<TextSegment> segments = request.candidates().stream().map(TextSegment::from).toList();
    int scores = model.scoreAll(segments, request.query()).content().size();
    if (scores != segments.size()) {
      throw new IllegalStateException("LangChain4j returned " + scores + " scores");
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
