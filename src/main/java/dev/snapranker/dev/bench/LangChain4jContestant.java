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
  public Scores rank(BenchRequest request) {
    List<TextSegment> segments = request.candidates().stream().map(TextSegment::from).toList();
    List<Double> scores = model.scoreAll(segments, request.query()).content();
    return () -> scores.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public long cpuNanos() {
    return OwnCpuTime.nanos();
  }

  @Override
  public void close() {
    model.close();
  }
}
