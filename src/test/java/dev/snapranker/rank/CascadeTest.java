package dev.snapranker.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.ModelChoice;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.StageLogit;
import dev.snapranker.api.StageUsage;
import dev.snapranker.model.FusionWeights;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CascadeTest {
  private static final FusionWeights WEIGHTS = new FusionWeights(-1, 0.7, 2, 0.5, -0.1);

  private final ScoringPool pool = new ScoringPool(2);
  private final Fakes fakes = new Fakes();

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Test
  void theBestOfAStageGoOnAndStandAboveTheRest() {
    Ranking ranking = rank(stages("a:2,b"), "39", "92", "81", "79");
    assertThat(ranking.results())
        .extracting(
            RankedCandidate::index, r -> r.scores() == null ? 0 : r.scores().logits().size())
        .containsExactly(tuple(1, 2), tuple(2, 2), tuple(3, 1), tuple(0, 1));
    assertThat(ranking.model()).isEqualTo("b");
    assertThat(ranking.usage().stages())
        .containsExactly(
            new StageUsage("a", 4, 4, 0, 4, 0, 24), new StageUsage("b", 2, 2, 0, 2, 0, 12));
    assertThat(ranking.usage().tokens()).isEqualTo(36);
  }

  @Test
  void noScoreIsAboveThatOfAResultBeforeIt() {
    Ranking ranking = rank(stages("a:1,b"), "91", "80");
    assertThat(ranking.results()).extracting(RankedCandidate::index).containsExactly(0, 1);
    assertThat(ranking.results().getLast().score()).isEqualTo(ranking.results().getFirst().score());
  }

  @Test
  void candidatesWithinTheMarginAreAlsoKept() {
    Ranking ranking = rank(stages("a:1+1,b"), "91", "82", "73");
    assertThat(ranking.results()).extracting(RankedCandidate::index).containsExactly(1, 0, 2);
    assertThat(ranking.usage().stages().getLast().candidates()).isEqualTo(2);
  }

  /** The second character agrees with the first one, so that it can be predicted. */
  @Test
  void aStageStopsWhenItHasProbablyFoundItsBest() {
    String[] documents = agreeing(60);
    Ranking ranking = rank(stages("a:5@0.9,b"), documents);
    assertThat(ranking.usage().stages())
        .containsExactly(
            new StageUsage("a", 60, 60, 0, 60, 0, 360), new StageUsage("b", 15, 15, 0, 15, 0, 90));
    assertThat(ranking.usage().earlyExits()).isEqualTo(45);
    assertThat(ranking.usage().unscored()).isZero();
    assertThat(ranking.warnings()).isEmpty();
    assertThat(ranking.results())
        .extracting(RankedCandidate::index)
        .containsExactlyElementsOf(IntStream.range(0, 60).boxed().toList());
    assertThat(ranking.results())
        .extracting(r -> Objects.requireNonNull(r.scores()).logits().size())
        .containsExactlyElementsOf(IntStream.range(0, 60).mapToObj(i -> i < 15 ? 2 : 1).toList());
  }

  @Test
  void aStageGoesOnWhileItsBestMayBeFurtherDown() {
    String[] documents = agreeing(60);
    for (int i = 0; i < 60; i++) {
      documents[i] = documents[i].substring(0, 1) + (char) ('0' + i * 7 % 11);
    }
    Ranking ranking = rank(stages("a:5@0.9,b"), documents);
    assertThat(ranking.usage().stages().getLast().candidates()).isEqualTo(55); // 15, 25, 37, 55
    assertThat(ranking.results().subList(0, 5))
        .extracting(RankedCandidate::index)
        .containsExactlyElementsOf(
            rank(stages("a:60,b"), documents).results().stream()
                .limit(5)
                .map(RankedCandidate::index)
                .toList());
  }

  @Test
  void copiesOfWhatAStageScoredAreScoredAndCounted() {
    List<String> documents = new ArrayList<>(List.of(agreeing(60)));
    documents.add(documents.get(3));
    documents.add(documents.get(50));
    Ranking ranking = rank(stages("a:5@0.9,b"), documents.toArray(String[]::new));
    assertThat(ranking.usage().stages().getLast())
        .isEqualTo(new StageUsage("b", 16, 16, 1, 15, 0, 90));
    assertThat(ranking.results().subList(3, 5))
        .extracting(RankedCandidate::index)
        .containsExactly(3, 60);
  }

  /** Otherwise a document would be predicted from another one's logit. */
  @Test
  void aCopyIsNoSignOfHowWellTheStagesAgree() {
    List<String> documents = new ArrayList<>(Collections.nCopies(20, "zz"));
    documents.addAll(List.of(agreeing(60)));
    Ranking ranking = rank(stages("a:5@0.9,b"), documents.toArray(String[]::new));
    assertThat(ranking.usage().stages().getLast())
        .isEqualTo(new StageUsage("b", 35, 35, 20, 15, 0, 90));
  }

  @Test
  void aThirdStageGetsWhatTheSecondHasScored() {
    Ranking ranking = rank(stages("a:5@0.9,b:30,other"), agreeing(60));
    assertThat(ranking.usage().stages())
        .extracting(StageUsage::candidates)
        .containsExactly(60, 15, 15);
  }

  /** Texts of two characters, the best first for both stages. */
  private static String[] agreeing(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Character.toString((char) ('z' - i)).repeat(2))
        .toArray(String[]::new);
  }

  @Test
  void blankCandidatesTakePartInNoStage() {
    Options options = stages("a:2,b").withBlankTexts(BlankTexts.LAST);
    Ranking ranking = rank(options, "\u200b", "91", " ", "82", "73", "");
    assertThat(ranking.results())
        .extracting(RankedCandidate::index)
        .containsExactly(3, 1, 4, 0, 2, 5);
    assertThat(ranking.usage().blank()).isEqualTo(3);
    assertThat(ranking.usage().unscored()).isZero();
    assertThat(ranking.usage().earlyExits()).isEqualTo(1);
    assertThat(ranking.usage().duplicates()).isZero();
    assertThat(ranking.usage().stages().getFirst().candidates()).isEqualTo(3);
    assertThat(ranking.results()).last().returns(0.0, RankedCandidate::score);
  }

  @Test
  void modelsOfOneVocabularyShareTheTokens() {
    rank(stages("a:3,b"), "11", "22", "33");
    assertThat(fakes.tokenised.get()).isEqualTo(1 + 3);
    fakes.tokenised.set(0);
    rank(stages("a:3,other"), "11", "22", "33");
    assertThat(fakes.tokenised.get()).isEqualTo(2 * (1 + 3));
  }

  @Test
  void modelsThatShareACacheDoNotShareScores() {
    ScoreCache cache = new ScoreCache(1 << 20);
    List<Model> loaded = List.of(fakes.model("a", 0, cache), fakes.model("b", 1, cache));
    Reranker reranker =
        new Reranker(
            new Models(loaded, StageChoice.parse("a:2,b"), Fusion.NONE), pool, Fakes.TEXTS);
    RerankRequest request =
        new RerankRequest(
            "q",
            List.of(new Candidate("x", "91", null), new Candidate("y", "82", null)),
            Options.DEFAULT);
    for (int cached : new int[] {0, 4}) {
      Ranking ranking = reranker.rank(request, Deadline.inMillis(60_000));
      assertThat(ranking.usage().cached()).isEqualTo(cached);
      assertThat(ranking.results())
          .extracting(RankedCandidate::id, r -> Objects.requireNonNull(r.scores()).logits())
          .containsExactly(
              tuple("y", List.of(new StageLogit("a", 3), new StageLogit("b", -3))),
              tuple("x", List.of(new StageLogit("a", 4), new StageLogit("b", -4))));
    }
  }

  @Test
  void aRequestMayNameOneModel() {
    Options options = Options.DEFAULT.withModel(ModelChoice.of("b"));
    assertThat(rank(options, "19", "91").results())
        .extracting(RankedCandidate::index)
        .containsExactly(0, 1);
  }

  @Test
  void whatIsNotLoadedIsNotFound() {
    assertThatThrownBy(() -> rank(stages("a:1,c"), "11"))
        .isInstanceOfSatisfying(
            RerankException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MODEL_NOT_FOUND))
        .hasMessage("stages[1].model 'c' is not loaded; this function serves 'a', 'b', 'other'");
  }

  @Test
  void severalModelsNeedStages() {
    List<Model> loaded = List.of(fakes.model("a", 0), fakes.model("b", 1));
    assertThatThrownBy(() -> new Models(loaded, List.of(), Fusion.NONE))
        .hasMessage(
            "several models are loaded: 'a' (0.0 MB), 'b' (0.0 MB); expected STAGES to say which of"
                + " them rank, the cheapest first: for example STAGES=a:30,b, or STAGES=b for one"
                + " alone");
    assertThatThrownBy(() -> new Models(loaded, StageChoice.parse("a:3,c"), Fusion.NONE))
        .hasMessage("STAGES names 'c', which is not loaded; loaded: 'a', 'b'");
    assertThatThrownBy(() -> new Models(loaded, StageChoice.parse("a:3,b"), new Fusion.Learned()))
        .hasMessage(
            "FUSION is learned, but there are no weights for 'a'; expected weights in its bundle or in FUSION_FILE (./snapranker fit-fusion writes them)");
  }

  @Test
  void minScoreAndTopKAreOfTheFusedScores() {
    List<Candidate> candidates =
        List.of(
            new Candidate("a", "9", 1.0),
            new Candidate("b", "7", 9.0),
            new Candidate("c", "1", 5.0));
    Plan half = Plan.COMPLETE.withFusion(Fusion.parse("linear:0.5"));
    // (logit, score) on 0..1 are (1, 0), (0.75, 1) and (0, 0.5).
    assertThat(fused(candidates, null, 0.4, half)).containsExactly("b", "a");
    assertThat(fused(candidates, null, 0.6, half)).containsExactly("b");
    assertThat(fused(candidates, 1, null, half)).containsExactly("b");
  }

  private List<String> fused(
      List<Candidate> candidates, @Nullable Integer topK, @Nullable Double minScore, Plan plan) {
    Options options = Options.DEFAULT.withTopK(topK).withMinScore(minScore).withPlan(plan);
    return reranker()
        .rank(new RerankRequest("q", candidates, options), Deadline.inMillis(60_000))
        .results()
        .stream()
        .map(RankedCandidate::id)
        .toList();
  }

  @Test
  void fusionReportsWhatIsMissing() {
    assertThatThrownBy(() -> rank(fused("linear"), "11", "22"))
        .hasMessage(
            "fusion.method is 'linear', but candidates[0] has no score; expected a score in each"
                + " candidate, or 'rrf'");
    assertThat(rank(fused("rrf"), "11", "22").results()).hasSize(2);
  }

  /** Compares random requests with a plain calculation. */
  @Test
  void theOrderIsTotalAndAsCalculatedByHand() {
    Random random = new Random(11);
    for (int round = 0; round < 400; round++) {
      int n = 1 + random.nextInt(30);
      List<Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        String text = "" + (char) ('0' + random.nextInt(10)) + (char) ('0' + random.nextInt(10));
        candidates.add(new Candidate("c" + i, text, (double) random.nextInt(8)));
      }
      int keep = 1 + random.nextInt(n);
      Double margin = random.nextBoolean() ? random.nextInt(3) * 0.75 : null;
      List<StageChoice> stages =
          random.nextBoolean()
              ? List.of(new StageChoice("a", null, null, null))
              : List.of(
                  new StageChoice("a", keep, margin, null), new StageChoice("b", null, null, null));
      Fusion fusion =
          switch (random.nextInt(5)) {
            case 0 -> Fusion.NONE;
            case 1 -> new Fusion.Linear(random.nextDouble(), Fusion.Normalization.MIN_MAX);
            case 2 -> new Fusion.Linear(random.nextDouble(), Fusion.Normalization.Z_SCORE);
            case 3 -> new Fusion.Rrf(1 + random.nextInt(60));
            default -> new Fusion.Learned();
          };
      boolean raw = random.nextBoolean();
      Options options =
          Options.DEFAULT.withRawScores(raw).withPlan(new Plan(stages, null, fusion, true, null));
      Ranking ranking =
          reranker().rank(new RerankRequest("q", candidates, options), Deadline.inMillis(60_000));
      List<RankedCandidate> results = ranking.results();
      assertThat(results)
          .extracting(RankedCandidate::index)
          .as("%s %s %s", candidates, stages, fusion)
          .containsExactlyElementsOf(byHand(candidates, stages, fusion));
      assertThat(results)
          .extracting(RankedCandidate::rank)
          .containsExactlyElementsOf(IntStream.rangeClosed(1, n).boxed().toList());
      for (int i = 0; i < n; i++) {
        double score = results.get(i).score();
        assertThat(score).isLessThanOrEqualTo(i == 0 ? 1e9 : results.get(i - 1).score());
        if (!raw) {
          assertThat(score).isBetween(0.0, 1.0);
        }
      }
    }
  }

  private static List<Integer> byHand(
      List<Candidate> candidates, List<StageChoice> stages, Fusion fusion) {
    int n = candidates.size();
    List<Integer> first = new ArrayList<>(IntStream.range(0, n).boxed().toList());
    first.sort(Comparator.comparingDouble(i -> -score(candidates, i)));
    List<Integer> order = new ArrayList<>(first);
    order.sort(Comparator.comparingDouble(i -> -digit(candidates, i, 0)));
    int passing = 0;
    if (stages.size() > 1) {
      passing = Math.min(n, Objects.requireNonNull(stages.getFirst().keep()));
      double kth = digit(candidates, order.get(passing - 1), 0);
      Double margin = stages.getFirst().margin();
      while (margin != null
          && passing < n
          && digit(candidates, order.get(passing), 0) >= kth - margin) {
        passing++;
      }
    }
    List<Integer> upper = new ArrayList<>(order.subList(0, passing));
    upper.sort(Comparator.comparingDouble(i -> -digit(candidates, i, 1)));
    List<Integer> lower = order.subList(passing, n);
    List<Integer> all = new ArrayList<>(fuse(candidates, first, upper, 1, 0, fusion));
    all.addAll(fuse(candidates, first, lower, 0, passing, fusion));
    return all;
  }

  private static List<Integer> fuse(
      List<Candidate> candidates,
      List<Integer> first,
      List<Integer> tier,
      int position,
      int before,
      Fusion fusion) {
    double[] values = new double[candidates.size()];
    for (int place = 0; place < tier.size(); place++) {
      int i = tier.get(place);
      double logit = digit(candidates, i, position);
      List<Double> logits = tier.stream().map(j -> digit(candidates, j, position)).toList();
      List<Double> scores = first.stream().map(j -> score(candidates, j)).toList();
      int rank = first.indexOf(i) + 1;
      double value =
          switch (fusion) {
            case Fusion.None() -> logit;
            case Fusion.Linear(double w, Fusion.Normalization n) ->
                w * normal(logit, logits, n) + (1 - w) * normal(score(candidates, i), scores, n);
            case Fusion.Rrf(double k) -> 1 / (k + before + place + 1) + 1 / (k + rank);
            case Fusion.Learned() ->
                WEIGHTS.intercept()
                    + WEIGHTS.logit() * logit
                    + WEIGHTS.logLength() * Math.log(1 + 2)
                    + WEIGHTS.firstStage()
                        * normal(score(candidates, i), scores, Fusion.Normalization.MIN_MAX)
                    + WEIGHTS.reciprocalRank() / rank;
          };
      values[i] = Math.round(value * 1e9) / 1e9; // another order of adding
    }
    List<Integer> fused = new ArrayList<>(tier);
    fused.sort(Comparator.comparingDouble(i -> -values[i]));
    return fused;
  }

  private static double normal(double x, List<Double> of, Fusion.Normalization normalization) {
    double least = of.stream().mapToDouble(v -> v).min().orElseThrow();
    double most = of.stream().mapToDouble(v -> v).max().orElseThrow();
    double mean = of.stream().mapToDouble(v -> v).average().orElseThrow();
    double variance = of.stream().mapToDouble(v -> Math.pow(v - mean, 2)).average().orElseThrow();
    if (least == most) {
      return 0;
    }
    return normalization == Fusion.Normalization.MIN_MAX
        ? (x - least) / (most - least)
        : (x - mean) / Math.sqrt(variance);
  }

  private static double digit(List<Candidate> candidates, int index, int position) {
    return candidates.get(index).text().charAt(position) - '5';
  }

  private static double score(List<Candidate> candidates, int index) {
    Double score = candidates.get(index).firstStageScore();
    return score == null ? Double.NEGATIVE_INFINITY : score;
  }

  private Reranker reranker() {
    List<Model> loaded =
        List.of(
            fakes.model("a", "v", Fakes.digitAt(0), WEIGHTS),
            fakes.model("b", "v", Fakes.digitAt(1), WEIGHTS),
            fakes.model("other", "w", Fakes.digitAt(1), null));
    return new Reranker(new Models(loaded, StageChoice.parse("a"), Fusion.NONE), pool, Fakes.TEXTS);
  }

  private Ranking rank(Options options, String... documents) {
    List<Candidate> candidates = new ArrayList<>();
    for (String document : documents) {
      candidates.add(new Candidate("c" + candidates.size(), document, null));
    }
    return reranker().rank(new RerankRequest("q", candidates, options), Deadline.inMillis(60_000));
  }

  private static Options stages(String stages) {
    return options(Plan.COMPLETE.withStages(StageChoice.parse(stages)), null);
  }

  private static Options fused(String fusion) {
    return options(Plan.COMPLETE.withFusion(Fusion.parse(fusion)), null);
  }

  private static Options options(Plan plan, @Nullable Integer topK) {
    return Options.DEFAULT.withTopK(topK).withPlan(plan);
  }
}
