package dev.snapranker.rank;

import dev.snapranker.api.Excerpt;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.Options;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.StageChoice;
import dev.snapranker.rank.order.Cutoff;
import dev.snapranker.rank.order.FirstStage;
import dev.snapranker.rank.order.Fuser;
import dev.snapranker.rank.scoring.Model;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The loaded models, and the stages that rank by default. */
public final class Models {
  private final Map<String, Model> byId = new LinkedHashMap<>();
  private final List<StageChoice> defaults;
  private final Fusion defaultFusion;

  /**
   * @param loaded the models, with different ids
   * @param defaults the stages for requests that name none; may be empty if there is one model
   * @param defaultFusion the fusion for requests that name none and have a first-stage score for
   *     each candidate
   */
  public Models(List<Model> loaded, List<StageChoice> defaults, Fusion defaultFusion) {
    this.defaultFusion = defaultFusion;
    for (Model model : loaded) {
      if (byId.putIfAbsent(model.id(), model) != null) {
        throw new IllegalArgumentException(
            "two bundles have the id '" + model.id() + "'; expected different ones");
      }
    }
    if (defaults.isEmpty() && loaded.size() != 1) {
      throw new IllegalArgumentException(stagesNeeded(loaded));
    }
    this.defaults =
        defaults.isEmpty()
            ? List.of(new StageChoice(loaded.getFirst().id(), null, null, null))
            : List.copyOf(defaults);
    for (StageChoice choice : this.defaults) {
      if (!byId.containsKey(choice.model())) {
        throw new IllegalArgumentException(
            "STAGES names '%s', which is not loaded; loaded: %s"
                .formatted(choice.model(), names()));
      }
      if (defaultFusion instanceof Fusion.Learned
          && get(choice.model(), "model").fusionWeights() == null) {
        throw new IllegalArgumentException(
            "FUSION is learned, but there are no weights for '%s'; expected weights in its bundle or in FUSION_FILE (./snapranker fit-fusion writes them)"
                .formatted(choice.model()));
      }
    }
  }

  /** The smallest model first, because the first stage of a cascade reads the most candidates. */
  private static String stagesNeeded(List<Model> loaded) {
    List<Model> bySize =
        loaded.stream()
            .sorted(Comparator.comparingLong(model -> model.manifest().modelBytes()))
            .toList();
    String names =
        bySize.stream()
            .map(model ->
                "'%s' (%.1f MB)".formatted(model.id(), model.manifest().modelBytes() / 1e6))
            .collect(Collectors.joining(", "));
    String smallest = bySize.getFirst().id();
    String largest = bySize.getLast().id();
    return ("several models are loaded: %s; expected STAGES to say which of them rank, the cheapest"
            + " first: for example STAGES=%s:30,%s, or STAGES=%s for one alone")
        .formatted(names, smallest, largest, largest);
  }

  public List<Model> all() {
    return List.copyOf(byId.values());
  }

  /** The stages of a request that names none. */
  public List<StageChoice> defaults() {
    return defaults;
  }

  /** The model of the last default stage. */
  public Model primary() {
    return get(defaults.getLast().model(), "model");
  }

  /** The models that no default stage uses. */
  public List<Model> others() {
    List<String> used = defaults.stream().map(StageChoice::model).toList();
    return byId.values().stream().filter(model -> !used.contains(model.id())).toList();
  }

  /** The stages that the request asks for, or the default ones. */
  List<Stage> stages(Options options) {
    @Nullable String only = options.model().id();
    if (only != null) {
      return List.of(new Stage(0, get(only, "model"), Cutoff.NONE));
    }
    List<StageChoice> asked = options.plan().stages();
    List<StageChoice> choices = asked.isEmpty() ? defaults : asked;
    return IntStream.range(0, choices.size())
        .mapToObj(i -> {
          Model model = get(choices.get(i).model(), "stages[" + i + "].model");
          return new Stage(i, model, i == 0 ? Cutoff.NONE : Cutoff.after(choices.get(i - 1)));
        })
        .toList();
  }

  /** The fuser for the fusion that the request asks for, or for the default one. */
  Fuser fuser(Options options, FirstStage firstStage, List<Stage> stages) {
    Fusion fusion =
        Objects.requireNonNullElse(
            options.plan().fusion(), firstStage.missing() < 0 ? defaultFusion : Fusion.NONE);
    return new Fuser(fusion, firstStage, stages.stream().map(Stage::model).toList());
  }

  private Model get(String id, String field) {
    Model model = byId.get(id);
    if (model == null) {
      throw new RerankException(
          Reason.MODEL_NOT_FOUND,
          FieldPath.of(field),
          "'%s' is not loaded".formatted(Excerpt.of(id)),
          "this function serves " + names());
    }
    return model;
  }

  private String names() {
    return byId.keySet().stream().map(id -> "'" + id + "'").collect(Collectors.joining(", "));
  }
}
