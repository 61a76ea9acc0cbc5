package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.snapranker.api.Counted;
import dev.snapranker.api.Deadline;
import dev.snapranker.model.DecoderShape;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A model with causal attention that answers yes or no. The keys and values of a token depend only
 * on the tokens before it. So those of the template's first tokens are computed once, when the
 * model is loaded, and those of a query once for all its pairs. For each pair, the model reads only
 * the document and what follows it.
 *
 * <p>The keys and values of open queries are bounded: together they are of at most as many tokens
 * as the model's window. A query that finds no room waits for the others.
 */
public final class Decoder implements Scorer {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final String inputIds;
  private final DecoderShape shape;
  private final int maxTokens;
  private final Graph graph;
  private final KeyValues before;
  private final Semaphore freeTokens;

  /**
   * Takes over the graph of a manifest with a decoder, and closes it, unless this constructor
   * fails.
   */
  public Decoder(Manifest manifest, Graph graph) {
    this.inputIds = manifest.inputs().inputIds();
    this.shape = Objects.requireNonNull(manifest.decoder());
    this.maxTokens = manifest.maxTokens();
    this.graph = graph;
    this.freeTokens = new Semaphore(maxTokens, true);
    long[] first = manifest.pair().before().stream().mapToLong(Integer::longValue).toArray();
    try (KeyValues nothing = zeros(0)) {
      this.before = read(nothing, first);
    } catch (IllegalStateException e) {
      throw new InvalidBundleException(
          "the model fails on the tokens in pair.before of %s: %s"
              .formatted(Manifest.FILE, e.getCause()),
          e);
    }
  }

  @Override
  public float logit(EncodedPair pair) {
    long[] query = Arrays.copyOfRange(pair.inputIds(), before.tokens(), pair.documentStart());
    try (KeyValues past = read(query)) {
      return logit(past, pair);
    }
  }

  @Override
  public QueryScorer open(EncodedQuery query, Deadline deadline) {
    int tokens = before.tokens() + query.ids().length;
    return acquire(tokens, deadline)
        ? new DecoderQuery(this, query.ids(), () -> freeTokens.release(tokens))
        : new DecoderQuery(this, query.ids(), () -> {}); // there is no time left to use it
  }

  private boolean acquire(int tokens, Deadline deadline) {
    try {
      return freeTokens.tryAcquire(tokens, deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("a query was interrupted while it waited for memory", e);
    }
  }

  /** How many tokens the open queries may still take. */
  int freeTokens() {
    return freeTokens.availablePermits();
  }

  /** Reads a query after the template's first tokens. The caller closes the keys and values. */
  KeyValues read(long[] query) {
    return read(before, query);
  }

  private KeyValues read(KeyValues past, long[] ids) {
    int tokens = past.tokens() + ids.length;
    Map<String, OnnxTensor> values = HashMap.newHashMap(shape.past().size() + 2);
    try {
      put(values, ids);
      graph.read(values, past.tensors());
      Map<String, OnnxTensor> tensors = HashMap.newHashMap(shape.past().size());
      for (int i = 0; i < shape.past().size(); i++) {
        tensors.put(
            shape.past().get(i), Objects.requireNonNull(values.remove(shape.present().get(i))));
      }
      return new KeyValues(tensors, tokens);
    } catch (OrtException e) {
      throw failure(tokens, e);
    } finally {
      values.values().forEach(OnnxTensor::close);
    }
  }

  /**
   * The logit of a pair.
   *
   * @param past the keys and values of all tokens before the document
   */
  float logit(KeyValues past, EncodedPair pair) {
    if (pair.documentStart() != past.tokens()) {
      throw new IllegalStateException("the pair is not of the open query");
    }
    return logit(past, Arrays.copyOfRange(pair.inputIds(), past.tokens(), pair.tokens()));
  }

  /**
   * The logit of a document at the end of a full window, after tokens without content. It shows
   * that the graph knows all positions of the window, and takes little time.
   */
  float logitAtEndOfWindow(EncodedPair pair) {
    long[] ids = Arrays.copyOfRange(pair.inputIds(), pair.documentStart(), pair.tokens());
    try (KeyValues past = zeros(maxTokens - ids.length)) {
      return logit(past, ids);
    }
  }

  private float logit(KeyValues past, long[] ids) {
    Map<String, OnnxTensor> values = HashMap.newHashMap(4);
    try {
      put(values, ids);
      return graph.logit(values, past.tensors());
    } catch (OrtException e) {
      throw failure(past.tokens() + ids.length, e);
    } finally {
      values.values().forEach(OnnxTensor::close);
    }
  }

  private static IllegalStateException failure(int tokens, OrtException cause) {
    return new IllegalStateException("the model failed on " + Counted.of(tokens, "token"), cause);
  }

  private void put(Map<String, OnnxTensor> values, long[] ids) throws OrtException {
    long[] sizes = {1, ids.length};
    values.put(inputIds, OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), sizes));
  }

  /** Keys and values of nothing. The tensors share their memory. */
  private KeyValues zeros(int tokens) {
    long[] sizes = {1, shape.keyValueHeads(), tokens, shape.headSize()};
    int bytes = Math.multiplyExact(shape.keyValueHeads() * shape.headSize() * Float.BYTES, tokens);
    FloatBuffer numbers =
        ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    Map<String, OnnxTensor> tensors = HashMap.newHashMap(shape.past().size());
    KeyValues zeros = new KeyValues(tensors, tokens);
    try {
      for (String name : shape.past()) {
        tensors.put(name, OnnxTensor.createTensor(environment, numbers, sizes));
      }
      return zeros;
    } catch (OrtException e) {
      zeros.close();
      throw failure(tokens, e);
    }
  }

  @Override
  public void close() {
    before.close();
    graph.close();
  }
}
