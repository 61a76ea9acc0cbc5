package dev.snapranker.dev.bench;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.translator.CrossEncoderTranslator;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import ai.djl.util.StringPair;
import dev.snapranker.model.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures Deep Java Library's cross-encoder translator with ONNX Runtime, as its examples use it.
 */
final class Djl implements Library {
  private static final int BATCH = 32;

  private final ZooModel<StringPair, float[]> model;
  private final Predictor<StringPair, float[]> predictor;

  Djl(Path bundle) throws IOException, MalformedModelException, ModelNotFoundException {
    HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(bundle.resolve(Manifest.TOKENIZER))
            .optTruncation(true)
            .optPadding(true)
            .optMaxLength(512)
            .build();
    this.model =
        Criteria.builder()
            .setTypes(StringPair.class, float[].class)
            .optModelPath(bundle.resolve(Manifest.MODEL))
            .optEngine("OnnxRuntime")
            .optDevice(Device.cpu())
            .optTranslator(
                CrossEncoderTranslator.builder(tokenizer).optIncludeTokenTypes(true).build())
            .build()
            .loadModel();
    this.predictor = model.newPredictor();
  }

  @Override
  public double[] rank(String query, List<String> texts) {
    List<StringPair> pairs = texts.stream().map(text -> new StringPair(query, text)).toList();
    List<float[]> scores = new ArrayList<>();
    try {
      for (int start = 0; start < pairs.size(); start += BATCH) {
        scores.addAll(
            predictor.batchPredict(pairs.subList(start, Math.min(start + BATCH, pairs.size()))));
      }
    } catch (TranslateException e) {
      throw new IllegalStateException(e);
    }
    return scores.stream().mapToDouble(score -> score[0]).toArray();
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
  }
}
