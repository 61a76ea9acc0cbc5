package dev.snapranker.score;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.snapranker.api.Counted;
import dev.snapranker.model.DecoderShape;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Opened;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes sessions from a graph's parts in their order, and refuses parts that do not fit together.
 */
public final class GraphBuilder implements AutoCloseable {
  private static final Set<OnnxJavaType> FLOATS =
      Set.of(OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16, OnnxJavaType.BFLOAT16);

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Manifest manifest;
  private final Set<String> modelInputs;
  private final Map<String, String> partByOutput = new TreeMap<>();
  private final List<String> names = new ArrayList<>();
  private final List<OrtSession> sessions = new ArrayList<>();
  private final MappedEmbeddings embeddings;

  /** A builder of a graph with all its weights in its parts. */
  public GraphBuilder(Manifest manifest) {
    this(manifest, null);
  }

  /**
   * @param embeddings the file that the manifest names as embeddings, which ONNX Runtime maps; null
   *     if it names none
   */
  public GraphBuilder(Manifest manifest, @Nullable Path embeddings) {
    this.manifest = manifest;
    this.embeddings = new MappedEmbeddings(manifest, embeddings);
    this.modelInputs = new TreeSet<>(manifest.inputs().names());
    modelInputs.addAll(pastInputs());
    if (isInParts()) {
      NativeHeap.releaseLargeBlocks();
    }
  }

  /**
   * Adds the next part. ONNX Runtime copies the bytes.
   *
   * @param name the part's file, for messages
   * @param bytes an ONNX graph, outside of the heap
   */
  public void add(String name, ByteBuffer bytes) {
    embeddings.check(name, bytes);
    OrtSession session = session(name, bytes);
    names.add(name);
    sessions.add(session);
    for (String input : session.getInputNames()) {
      if (!modelInputs.contains(input) && !partByOutput.containsKey(input)) {
        String earlier =
            partByOutput.isEmpty() ? "" : ", or outputs of earlier parts, " + partByOutput.keySet();
        throw new InvalidBundleException(
            "%s has inputs %s; expected those of %s, %s%s"
                .formatted(name, session.getInputNames(), Manifest.FILE, modelInputs, earlier));
      }
    }
    for (String output : session.getOutputNames()) {
      String other = modelInputs.contains(output) ? Manifest.FILE : partByOutput.put(output, name);
      if (other != null) {
        throw new InvalidBundleException(
            "%s has the output '%s', but %s has this name too; expected different names"
                .formatted(name, output, other));
      }
    }
  }

  private boolean isInParts() {
    return manifest.parts().size() > 1;
  }

  private OrtSession session(String name, ByteBuffer bytes) {
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      if (isInParts()) {
        SharedArena.use(options);
      } else {
        options.setCPUArenaAllocator(false); // threads would wait for its lock
      }
      embeddings.addTo(options);
      return environment.createSession(bytes, options);
    } catch (OrtException e) {
      throw new InvalidBundleException(name + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  /** A decoder's inputs for keys and values; none for an encoder. */
  private List<String> pastInputs() {
    return manifest.decoder() == null ? List.of() : manifest.decoder().past();
  }

  /** A decoder's outputs for keys and values; none for an encoder. */
  private List<String> presentOutputs() {
    return manifest.decoder() == null ? List.of() : manifest.decoder().present();
  }

  /** Builds the graph, which the caller closes. */
  public Graph build() {
    checkInputs();
    String outputPart = checkOutput();
    checkPresentOutputs();
    requireUsed();
    embeddings.requireUsed();
    Graph graph =
        new Graph(
            sessions,
            parts(List.of(manifest.output())),
            parts(presentOutputs()),
            new Output(manifest.output(), outputPart, manifest.head()));
    sessions.clear(); // the graph closes them now
    return graph;
  }

  /** The parts that are needed for these outputs of the model. */
  private List<GraphPart> parts(List<String> wanted) {
    List<GraphPart> parts = new ArrayList<>();
    Set<String> takenLater = new HashSet<>(wanted);
    for (int i = sessions.size() - 1; i >= 0; i--) {
      OrtSession session = sessions.get(i);
      Set<String> outputs = new HashSet<>(session.getOutputNames());
      outputs.retainAll(takenLater);
      if (!outputs.isEmpty()) {
        Set<String> spent = new HashSet<>(session.getInputNames());
        spent.removeAll(takenLater);
        takenLater.addAll(spent);
        pastInputs().forEach(spent::remove); // of a query, for all its pairs
        parts.addFirst(new GraphPart(session, Set.copyOf(session.getInputNames()), outputs, spent));
      }
    }
    return parts;
  }

  /** Refuses a part of which the model's output needs nothing. */
  private void requireUsed() {
    Set<String> used = new HashSet<>(Set.of(manifest.output()));
    for (int i = sessions.size() - 1; i >= 0; i--) {
      Set<String> outputs = sessions.get(i).getOutputNames();
      if (outputs.stream().noneMatch(used::contains)) {
        throw new InvalidBundleException(
            "%s has outputs %s, but no later part uses them; expected only parts that are used"
                .formatted(names.get(i), outputs));
      }
      used.addAll(sessions.get(i).getInputNames());
    }
  }

  private void checkInputs() {
    Set<String> taken = new TreeSet<>();
    sessions.forEach(session -> taken.addAll(session.getInputNames()));
    taken.removeAll(partByOutput.keySet());
    if (!taken.equals(modelInputs)) {
      throw new InvalidBundleException(
          "%s has inputs %s; expected those of %s, %s"
              .formatted(all(), taken, Manifest.FILE, modelInputs));
    }
  }

  /** Checks the model's output, and returns the part that has it. */
  private String checkOutput() {
    String output = manifest.output();
    String part = partByOutput.get(output);
    if (part == null) {
      throw new InvalidBundleException(
          "%s has outputs %s; expected the output of %s, '%s'"
              .formatted(all(), partByOutput.keySet(), Manifest.FILE, output));
    }
    long[] shape = tensor(part, output).getShape();
    long classes = shape.length == 0 ? -1 : shape[shape.length - 1]; // -1: unknown
    if (classes > 0 && classes != manifest.head().classes()) {
      throw new InvalidBundleException(
          "%s has %s; expected %d for the head in %s"
              .formatted(
                  part,
                  Counted.of(classes, "output class"),
                  manifest.head().classes(),
                  Manifest.FILE));
    }
    return part;
  }

  /** Checks a decoder's keys and values. */
  private void checkPresentOutputs() {
    DecoderShape decoder = manifest.decoder();
    if (decoder == null) {
      return;
    }
    for (String output : decoder.present()) {
      String part = partByOutput.get(output);
      if (part == null) {
        throw new InvalidBundleException(
            "%s has no output '%s'; expected the keys and values of %s, as decoder in %s says"
                .formatted(all(), output, Counted.of(decoder.layers(), "layer"), Manifest.FILE));
      }
      long[] shape = tensor(part, output).getShape();
      boolean fits =
          shape.length == 4
              && (shape[1] < 0 || shape[1] == decoder.keyValueHeads())
              && (shape[3] < 0 || shape[3] == decoder.headSize());
      if (!fits) {
        throw new InvalidBundleException(
            "%s has the output '%s' with the shape %s; expected [1, %d, tokens, %d], as decoder in %s says"
                .formatted(
                    part,
                    output,
                    Arrays.toString(shape),
                    decoder.keyValueHeads(),
                    decoder.headSize(),
                    Manifest.FILE));
      }
    }
  }

  /** Describes a part's output, which must be floats. */
  private TensorInfo tensor(String part, String output) {
    NodeInfo info;
    try {
      info = Objects.requireNonNull(sessions.get(names.indexOf(part)).getOutputInfo().get(output));
    } catch (OrtException e) {
      throw new InvalidBundleException(part + " does not describe its outputs", e);
    }
    if (!(info.getInfo() instanceof TensorInfo tensor) || !FLOATS.contains(tensor.type)) {
      throw new InvalidBundleException(
          "%s has the output '%s' as %s; expected a tensor of floats"
              .formatted(part, output, info.getInfo()));
    }
    return tensor;
  }

  private String all() {
    return names.size() == 1 ? names.getFirst() : names.getFirst() + " … " + names.getLast();
  }

  /** Closes the sessions if no graph was built. */
  @Override
  public void close() {
    Opened.of(sessions).close();
  }
}
