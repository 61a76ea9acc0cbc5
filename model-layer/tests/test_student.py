"""The student's training: what it starts from, what it learns from, and that an interruption changes nothing."""

import json
import lzma
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from bundle.checkpoint import Checkpoint
from bundle.interaction_model import InteractionCrossEncoder, Shape, load_checkpoint, sides_of
from bundle.pairs import template_of
from tests.checkpoints import POSITIONS, bert, electra, sentence_encoder, texts, wordpiece
from train import student
from train.apart import PAIRS_AT_ONCE, Apart
from train.blocks import Blocks
from train.candidate_texts import CandidateTexts
from train.ensemble import Ensemble, factors_of, grid, load_ensemble, positive_ranks, tried_on
from train.groups import ScoredGroup, groups_of
from train.imitation import TEACHER, Imitation, load_imitation
from train.listwise import losses
from train.mine import CANDIDATES
from train.recipe import Recipe, optimizer_of
from train.small_start import Survey, small_start_of, survey
from train.score import MISSING
from train.start import start_of
from train.student import RIGHT_ANSWER_LOGIT, Training, correlation, train
from train.token_ids import tokenized
from train.training_data import HELD_OUT, TrainingData
from train.training_set import Groups, TrainingSet, load_groups, split

NEVER = float("inf")
QUERIES = 20  # in a block
GROUPS = 4
ENSEMBLE = Ensemble(["bi-encoder", "bm25", "l12"], {"questions": [1.0, 1.0, 0.5]})
RECIPE = Recipe("start", None, "data", 12 * GROUPS * CANDIDATES, GROUPS, CANDIDATES, 1e-3, 1e-2, 0.2, ENSEMBLE)


def started(folder: Path, **layers: object) -> Path:
    """A start with two cross layers, as `train.start` writes it."""
    upper = bert(folder / "upper", num_hidden_layers=4)
    model = start_of(sentence_encoder(folder / "encoder"), upper, **{"layers": [1, 3], "read_from": 1} | layers)
    model.idf += 1
    model.save(folder / "start")
    wordpiece().save(str(folder / "start" / "tokenizer.json"))
    return folder / "start"


def test_a_start_has_the_layers_of_both_models_and_the_head_of_the_upper_one(tmp_path: Path) -> None:
    model, lower, upper = load_checkpoint(started(tmp_path)), Checkpoint(tmp_path / "encoder"), Checkpoint(tmp_path / "upper")
    for ours, theirs, name in (
        (model.layers[1].up, lower, "encoder.layer.1.intermediate.dense"),
        (model.cross[0].up, upper, "bert.encoder.layer.1.intermediate.dense"),
        (model.cross[1].down, upper, "bert.encoder.layer.3.output.dense"),
    ):
        np.testing.assert_array_equal(ours.weight.detach(), theirs.tensor(f"{name}.weight"))
    value = upper.tensor("bert.encoder.layer.3.attention.self.value.weight")
    np.testing.assert_array_equal(model.cross[1].qkv.weight.detach()[-len(value) :], value)
    np.testing.assert_array_equal(model.pooler.weight.detach(), upper.tensor("bert.pooler.dense.weight"))
    np.testing.assert_array_equal(model.cls.weight.detach(), upper.tensor("classifier.weight"))
    assert not model.cls.bias.any()
    assert torch.equal(model.segments.weight[0], model.segments.weight[1])
    assert model.shape.cross_layers == 2 and model.shape.cross_from == 1


def test_models_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"upper does not have the layers \[1, 4\]; expected some of 0 to 3"):
        started(tmp_path, layers=[1, 4])
    with pytest.raises(SystemExit, match="encoder does not have the layer 3; expected 0 to 2"):
        started(tmp_path, read_from=3)
    with pytest.raises(SystemExit, match="classes is no BERT cross-encoder with one logit; expected one"):
        start_of(tmp_path / "encoder", bert(tmp_path / "classes", classes=2), [1], 1)
    with pytest.raises(SystemExit, match="electra is no BERT cross-encoder with one logit"):
        start_of(tmp_path / "encoder", electra(tmp_path / "electra"), [1], 1)
    bert(tmp_path / "wide", intermediate_size=96)
    with pytest.raises(SystemExit, match="differ in hidden_size, intermediate_size.*; expected models of one size"):
        start_of(tmp_path / "encoder", tmp_path / "wide", [1], 1)


def random_model(cross_layers: int = 2, hidden: int = 32) -> InteractionCrossEncoder:
    """A model whose parts all count."""
    shape = Shape(wordpiece().get_vocab_size(), hidden, 64, 2, 4, POSITIONS, cross_layers=cross_layers, cross_from=min(cross_layers, 1))
    model, generator = InteractionCrossEncoder(shape), torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" not in name and name != "mix":
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.25)
        model.set_words(torch.arange(shape.vocab_size) // 3 * 3, torch.rand(shape.vocab_size, generator=generator))
    return model


@pytest.mark.parametrize("cross_layers", [0, 2])
@torch.no_grad()
def test_apart_gives_the_logits_of_pairs_in_one_sequence(cross_layers: int, tmp_path: Path) -> None:
    data, model, tokenizer = data_in(tmp_path / "data"), random_model(cross_layers), wordpiece()
    queries, passages = np.array([7, 3, 8]), np.array([[1, 2, 40], [0, 9, 9], [30, 4, 11]])
    apart = Apart(model, template_of(tokenizer), CandidateTexts(data, tokenizer, queries, passages, "cpu"))
    found = apart.score(queries, passages)
    expected, of_cls = [], []
    for query, row in zip(queries.tolist(), passages.tolist()):
        for passage in row:
            sides = [
                [apart.template.before[0], *tokenizer.encode(text, add_special_tokens=False).ids[: POSITIONS - 2], apart.template.after[0]]
                for text in (data.triples[query].query, data.passages[passage])
            ]
            segments = torch.tensor([[0] * len(sides[0]) + [1] * len(sides[1])])
            ids, mask = torch.tensor([sides[0] + sides[1]]), torch.ones_like(segments, dtype=torch.bool)
            expected.append(model(ids, segments, mask).item())
            query_side, document = sides_of(ids, segments, mask, *(model.encode(ids, segments, mask)[i] for i in (-1, model.shape.cross_from)))
            of_cls.append(model.of_cls(query_side, document).item())
    assert (found.readings + found.cls).tolist() == pytest.approx(expected, abs=1e-4)
    assert found.cls.tolist() == pytest.approx(of_cls, abs=1e-4)
    assert np.std(of_cls) > 0.01 and np.std(np.array(expected) - of_cls) > 0.01  # both parts count


def test_the_parts_of_a_batch_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, model, tokenizer = data_in(tmp_path / "data"), random_model(), wordpiece()
    queries, passages = np.arange(6), np.random.default_rng(1).integers(0, len(data.passages), (6, 5))
    apart = Apart(model, template_of(tokenizer), CandidateTexts(data, tokenizer, queries, passages, "cpu"))
    with torch.no_grad():
        monkeypatch.setitem(PAIRS_AT_ONCE, "cpu", passages.size)
        whole = apart.score(queries, passages)
        monkeypatch.setitem(PAIRS_AT_ONCE, "cpu", 7)
        parts = apart.score(queries, passages)
        imitation = Imitation(random_model(hidden=64), torch.randn(64, model.shape.hidden_size, generator=torch.Generator().manual_seed(1)))
        rows = [imitation.loss(scored.sides).item() for scored in (whole, parts)]
    assert (len(whole.sides), len(parts.sides)) == (2, 6)
    torch.testing.assert_close(parts.readings + parts.cls, whole.readings + whole.cls, atol=1e-4, rtol=1e-4)
    assert rows[0] == pytest.approx(rows[1], abs=1e-5)


def test_losses_are_those_of_the_formulas() -> None:
    logits, targets = torch.tensor([[1.0, 0.0, 2.0]]), torch.tensor([[3.0, 1.0, 2.0]])
    found = losses(logits, targets, torch.tensor([[False, True, False]]))
    p, q = targets.softmax(-1), logits.softmax(-1)
    assert found.divergence.item() == pytest.approx((p * (p / q).log()).sum().item())
    assert found.squared.item() == pytest.approx(2 / 3)  # centred: 0, -1, 1 against 1, -1, 0
    assert found.label.item() == pytest.approx(np.log(1 + np.exp(-1)))  # the third is no negative
    assert found.sum(0.25).item() == pytest.approx(0.75 * (found.divergence.item() + 0.1 * 2 / 3) + 0.25 * found.label.item())
    shifted = losses(targets + 5, targets, torch.tensor([[False, True, True]]))
    assert shifted.divergence.item() == pytest.approx(0, abs=1e-6) and shifted.squared.item() == pytest.approx(0, abs=1e-6)


def test_the_label_ignores_candidates_that_are_not_negatives() -> None:
    logits = torch.tensor([[0.5, 1.0, 9.0], [0.5, 1.0, -9.0]], requires_grad=True)
    losses(logits, torch.zeros(2, 3), torch.tensor([[False, True, False]] * 2)).label.backward()
    assert logits.grad[:, 2].tolist() == [0, 0] and (logits.grad[:, 1] > 0).all() and (logits.grad[:, 0] < 0).all()


def test_equal_scores_count_against_the_positive_and_only_counted_candidates_count() -> None:
    targets = np.array([[2.0, 3.0, 2.0, 1.0], [2.0, 1.0, 0.0, 1.0]])
    assert positive_ranks(targets).tolist() == [3, 1]
    assert positive_ranks(targets, np.array([[True, False, True, True]] * 2)).tolist() == [2, 1]


def test_weights_are_of_standardised_scores(tmp_path: Path) -> None:
    scores = np.random.default_rng(1).normal(size=(50, 3, 12)).astype(np.float32) * np.array([[0.1], [1], [10]], np.float32)
    factors = factors_of([0.5, 0.0, 1.0], scores)
    ensemble = Ensemble(["bi-encoder", "bm25", "l12"], {"forums": factors, "questions": [1.0, 0.0, 0.0]})
    shares = np.array(factors) * scores.std(axis=(0, 2))
    assert shares / shares[2] == pytest.approx([0.5, 0, 1])
    assert ensemble.targets("forums", scores).std() == pytest.approx(4.5, rel=1e-3)
    assert ensemble.targets("forums", scores[7]) == pytest.approx(ensemble.targets("forums", scores)[7], rel=1e-5)
    assert ensemble.targets("questions", scores) == pytest.approx(scores[:, 0])
    ensemble.save(tmp_path / "ensemble.json")
    assert load_ensemble(tmp_path / "ensemble.json", ["bi-encoder", "bm25", "l12"]) == ensemble
    with pytest.raises(SystemExit, match="has weights for bi-encoder, bm25, l12; expected bi-encoder, bm25, the teachers with scores"):
        load_ensemble(tmp_path / "ensemble.json", ["bi-encoder", "bm25"])


def test_each_teacher_is_tried_alone_first_and_one_that_has_not_scored_all_has_no_weight() -> None:
    assert grid([True] * 3)[:3] == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert all(max(weights) == 1 for weights in grid([True] * 3)) and [0.25, 0.5, 1] in grid([True] * 3)
    assert {weights[1] for weights in grid([True, False, True])} == {0}
    scores = np.zeros((9, 3, 12), np.float32)
    scores[:, 0, 1], scores[:, 2, 0], scores[4, 1, 3] = 1, 1, np.nan  # wrong, right, without a score
    found = {tuple(row.weights): row for row in tried_on(scores, np.ones((9, 12), bool))}
    assert len(found) == len(grid([True, False, True]))
    assert found[1, 0, 0].first == 0 and found[0, 0, 1].first == found[0, 0, 1].mrr == 1
    ensemble = Ensemble(["bi-encoder", "bm25", "l12"], {"questions": factors_of([0.0, 0.0, 1.0], scores)})
    assert np.isfinite(ensemble.targets("questions", scores)).all()


def test_a_teacher_without_scores_has_no_say_in_what_is_a_negative() -> None:
    scores = np.array([[0.5, 0.9, 0.1], [0.5, 0.9, 0.1], [np.nan] * 3], np.float32)
    assert ScoredGroup(0, np.arange(3), np.zeros(3), scores).negatives().tolist() == [False, False, True]


def groups_in(folder: Path, data: TrainingData, blocks: int = 2) -> TrainingSet:
    """Blocks of random candidates and scores."""
    made, scores = Blocks(folder / "candidates").for_recipe({}), Blocks(folder / "l12").for_recipe({})
    for number in range(blocks):
        rng = np.random.default_rng(number)
        passages = np.stack([rng.permutation(len(texts()))[:CANDIDATES] for _ in range(QUERIES)]).astype(np.int32)
        places = np.arange(number * QUERIES, (number + 1) * QUERIES, dtype=np.int32)
        small = rng.random(passages.shape).astype(np.float16)
        made.write(number, queries=places, passages=passages, kinds=passages * 0, cosines=small, shares=small)
        scores.write(number, logits=rng.integers(-9000, 9000, passages.shape).astype(np.int16))
    return split(load_groups(data, folder / "candidates", [folder / "l12"], ENSEMBLE), 9)


def test_a_pass_has_each_query_once_mixed_and_no_held_out_one(tmp_path: Path) -> None:
    groups = groups_in(tmp_path, data_in(tmp_path / "data"), blocks=4)
    wanted = [place for place in range(4 * QUERIES) if place % HELD_OUT]
    steps = len(wanted) // GROUPS
    passes = [[q for step in range(start, start + steps) for q in groups.batch(step, GROUPS, 1).queries] for start in (0, steps)]
    for found in passes:
        assert len(found) == len(set(found)) == steps * GROUPS and set(found) <= set(wanted) and found != sorted(found)
    assert passes[0] != passes[1] and groups.batch(3, GROUPS, 2).queries.tolist() != groups.batch(3, GROUPS, 1).queries.tolist()
    assert groups.held_out.queries.tolist() == [0, HELD_OUT]
    with pytest.raises(SystemExit, match="78 groups for training; expected at least 79: score more blocks, or use a smaller --groups"):
        groups.batch(0, 79, 1)


def test_groups_have_their_targets_and_negatives(tmp_path: Path) -> None:
    data = data_in(tmp_path / "data")
    groups = groups_in(tmp_path, data)
    one = next(group for group in groups_of(tmp_path / "candidates", [tmp_path / "l12"]) if group.query == 3)
    place = groups.training.queries.tolist().index(3)
    assert groups.training.passages[place].tolist() == one.passages.tolist()
    assert groups.training.targets[place] == pytest.approx(one.scores[0] + one.scores[1] + 0.5 * one.scores[2])
    assert groups.training.negatives[place].tolist() == one.negatives().tolist()
    with pytest.raises(SystemExit, match="candidates has all scores; run train.score first"):
        load_groups(data, tmp_path / "candidates", [tmp_path / "nothing"], ENSEMBLE)


def test_scores_that_cannot_teach_are_refused(tmp_path: Path) -> None:
    data = data_in(tmp_path / "data")
    groups = groups_in(tmp_path, data)
    candidates, scores = tmp_path / "candidates", [tmp_path / "l12"]
    with pytest.raises(SystemExit, match="the ensemble has no weights for questions; expected forums, code: make it anew with train.ensemble"):
        load_groups(data, candidates, scores, replace(ENSEMBLE, factors={"forums": [1.0, 0.0, 0.0], "code": [1.0, 0.0, 0.0]}))
    with pytest.raises(SystemExit, match="no scored query is held out, as every 64th of the data is; expected at least one: score more blocks"):
        split(groups.training, 9)
    logits = np.zeros((QUERIES, CANDIDATES), np.int16)
    logits[3] = MISSING  # as if --kinds had left this query out
    Blocks(tmp_path / "l12").write(0, logits=logits)
    with pytest.raises(SystemExit, match="a teacher with a weight has not scored all queries; score them, or make the ensemble anew"):
        load_groups(data, candidates, scores, ENSEMBLE)
    assert len(load_groups(data, candidates, scores, replace(ENSEMBLE, factors={"questions": [1.0, 1.0, 0.0]})).queries) == 2 * QUERIES


def test_the_rates_rise_then_fall_to_zero() -> None:
    recipe = replace(RECIPE, pairs=1000 * GROUPS * CANDIDATES)
    shares = [recipe.share_at(step) for step in range(recipe.steps)]
    assert max(shares) == shares[99] == 1 and shares[0] == pytest.approx(0.01)
    assert shares[:100] == sorted(shares[:100]) and shares[99:] == sorted(shares[99:], reverse=True) and 0 < shares[-1] < 1 / 500


def test_each_part_of_a_model_has_its_rate_and_vectors_do_not_decay() -> None:
    model = random_model()
    recipe = replace(RECIPE, rate=1e-5, cross_rate=1e-4)
    of = {id(tensor): group for group in optimizer_of(model, recipe).param_groups for tensor in group["params"]}
    found = {name: (of[id(t)]["lr"], of[id(t)]["weight_decay"]) for name, t in model.named_parameters() if id(t) in of}
    assert {name for name, _ in model.named_parameters()} - found.keys() == {"idf"}
    assert found["words.weight"] == found["layers.1.up.weight"] == (1e-5, 0.01) and found["layers.0.norm.weight"] == (1e-5, 0)
    assert found["cross.1.qkv.weight"] == found["pooler.weight"] == found["cls.weight"] == (1e-4, 0.01) and found["cls.bias"] == (1e-4, 0)
    assert found["importance.weight"] == found["importance.bias"] == (1e-3, 0) and found["mix"] == (5e-3, 0)
    model = random_model(cross_layers=0)
    trained = [tensor for group in optimizer_of(model, recipe).param_groups for tensor in group["params"]]
    assert not any(model.cls.weight is tensor for tensor in trained) and any(model.mix is tensor for tensor in trained)


def data_in(folder: Path) -> TrainingData:
    folder.mkdir()
    passages = texts()
    with lzma.open(folder / "passages.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(passages))
    with lzma.open(folder / "triples.jsonl.xz", "wt") as file:
        for i in range(300):
            file.write(json.dumps({"q": passages[i % len(passages)][:40], "p": 0, "n": [], "s": "boolq"}) + "\n")
    return TrainingData(folder)


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def training_of(model: InteractionCrossEncoder, data: TrainingData, groups: TrainingSet, recipe: Recipe, imitation: Imitation | None = None) -> Training:
    tokenizer, parts = wordpiece(), (groups.training, groups.held_out)
    queries, passages = (np.concatenate([getattr(part, name) for part in parts]) for name in ("queries", "passages"))
    return Training(Apart(model, template_of(tokenizer), CandidateTexts(data, tokenizer, queries, passages, "cpu")), recipe, imitation)


class Interrupted(TrainingSet):
    def batch(self, step: int, groups: int, seed: int) -> Groups:
        if step == 5:
            raise KeyboardInterrupt
        return super().batch(step, groups, seed)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Sums of one thread are the same each time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_an_interrupted_training_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, data = started(tmp_path), data_in(tmp_path / "data")
    groups = groups_in(tmp_path, data)

    def run(folder: Path, recipe: Recipe = RECIPE, groups: TrainingSet = groups, until: float = NEVER) -> None:
        train(training_of(load_checkpoint(start), data, groups, recipe), groups, folder, start, until)

    run(tmp_path / "whole")
    monkeypatch.setattr(student, "SAVE_SECONDS", 0)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", groups=Interrupted(groups.training, groups.held_out))
    half = weights_of(tmp_path / "parts")
    run(tmp_path / "parts", until=0)  # no time left: nothing is learned, nothing is lost
    assert all(torch.equal(value, half[name]) for name, value in weights_of(tmp_path / "parts").items())
    run(tmp_path / "parts")
    whole, parts = weights_of(tmp_path / "whole"), weights_of(tmp_path / "parts")
    assert all(torch.equal(value, parts[name]) for name, value in whole.items())
    before = load_file(start / "model.safetensors")
    same = {name for name, value in whole.items() if torch.equal(value, before[name])}
    assert same == {"interaction.idf", "interaction.stems"} | {name for name in same if name.endswith("key.bias")}
    run(tmp_path / "parts")  # there is nothing left to do
    assert all(torch.equal(value, parts[name]) for name, value in weights_of(tmp_path / "parts").items())
    assert sorted(file.name for file in (tmp_path / "parts").iterdir()) == ["config.json", "model.safetensors", "tokenizer.json", "training.pt"]
    with pytest.raises(SystemExit, match="was trained with another rate; expected a new folder, or the same recipe"):
        run(tmp_path / "parts", recipe=replace(RECIPE, rate=1e-4))
    trained = training_of(load_checkpoint(tmp_path / "whole"), data, groups, RECIPE)
    assert trained.logits(groups.held_out)[:, 0].mean().item() == pytest.approx(RIGHT_ANSWER_LOGIT, abs=0.02)


def test_the_correlation_is_within_groups() -> None:
    left = np.array([[1.0, 2.0, 3.0], [10.0, 11.0, 12.0]])
    assert correlation(left, left * 2 + [[5], [-5]]) == pytest.approx(1)
    assert correlation(left, np.array([[3.0, 2.0, 1.0], [103.0, 102.0, 101.0]])) == pytest.approx(-1)


@pytest.mark.parametrize("cross_layers", [0, 2])
def test_a_student_comes_nearer_to_its_teachers(cross_layers: int, tmp_path: Path) -> None:
    data = data_in(tmp_path / "data")
    groups = groups_in(tmp_path, data)
    recipe = replace(RECIPE, pairs=60 * GROUPS * CANDIDATES, label_share=0.0, rate=1e-2)
    training = training_of(random_model(cross_layers), data, groups, recipe)
    same = groups.batch(0, GROUPS, 1)
    before = training.check(same)
    found = [training.step(number, same) for number in range(recipe.steps)]
    after = training.check(same)
    assert after["divergence"] < 0.5 * before["divergence"] and after["correlation"] > before["correlation"]
    *_, readings, rows = torch.stack(found).unbind(1)
    assert readings[-1] < 0.8 * readings[0] and (rows == 0).all()


def test_the_readings_learn_by_themselves_beside_the_whole_logit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = data_in(tmp_path / "data")
    groups = groups_in(tmp_path, data)
    recipe = replace(RECIPE, pairs=60 * GROUPS * CANDIDATES, label_share=0.0, rate=1e-2)
    ends = []
    for share in (0.0, 5.0):
        monkeypatch.setattr(student, "READINGS_SHARE", share)
        training = training_of(random_model(), data, groups, recipe)
        found = [training.step(number, groups.batch(0, GROUPS, 1)) for number in range(recipe.steps)]
        ends.append(found[-1][-2].item())
    assert ends[1] < 0.7 * ends[0]


def small_of(teacher: InteractionCrossEncoder, data: TrainingData) -> tuple[InteractionCrossEncoder, torch.Tensor, Survey]:
    tokenizer = wordpiece()
    found = survey(teacher, template_of(tokenizer), tokenized(list(data.passages.values()), tokenizer, 99, "cpu"))
    return *small_start_of(teacher, found, 32, 1), found


def test_a_small_start_has_the_teachers_words_on_its_principal_directions(tmp_path: Path) -> None:
    data, teacher = data_in(tmp_path / "data"), random_model(hidden=64)
    model, projection, found = small_of(teacher, data)
    shape = model.shape
    assert (shape.hidden_size, shape.num_hidden_layers, shape.cross_layers, shape.hidden_act) == (32, 1, 0, "relu")
    assert not model.cls.weight.any() and torch.equal(model.idf, teacher.idf)
    torch.testing.assert_close(projection.T @ projection, torch.eye(32), atol=1e-4, rtol=0)
    shares = [found.kept(projection[:, :count]) for count in (1, 8, 32)]
    assert shares == sorted(shares) and shares[0] > 1 / 64 and 0.5 < shares[2] < 1
    tokenizer, word, rows = wordpiece(), int(found.counts[200:].argmax()) + 200, []
    with torch.no_grad():
        for text in data.passages.values():
            ids = tokenizer.encode(text).ids
            ids = torch.tensor([[*ids[: POSITIONS - 1], ids[-1]] if len(ids) > POSITIONS else ids])
            side = teacher.encode_apart(ids, torch.ones_like(ids, dtype=torch.bool), 1)
            rows += list(torch.nn.functional.normalize(side.rows, dim=-1)[0][ids[0] == word])
    assert len(rows) == found.counts[word]
    wanted = torch.stack(rows).mean(0) @ projection
    assert torch.cosine_similarity(model.words.weight[word], wanted, dim=0) > 0.99  # bfloat16


def test_a_small_student_learns_its_teachers_rows_in_the_first_steps(tmp_path: Path) -> None:
    data, teacher = data_in(tmp_path / "data"), random_model(hidden=64)
    groups = groups_in(tmp_path, data)
    model, projection, _ = small_of(teacher, data)
    recipe = replace(RECIPE, imitated="teacher", pairs=100 * GROUPS * CANDIDATES, rate=2e-2)
    training = training_of(model, data, groups, recipe, Imitation(teacher, projection))
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    rows = [training.step(number, groups.batch(0, GROUPS, 1))[-1].item() for number in range(recipe.steps)]
    assert rows[44] < 0.7 * rows[0] and rows[45:] == [0] * 55  # 45 % of 100
    assert all(torch.equal(value, before[name]) for name, value in teacher.state_dict().items())


def test_a_small_start_is_for_the_teacher_that_it_was_made_from(tmp_path: Path) -> None:
    (tmp_path / "start").mkdir()
    for name in ("teacher", "twin"):
        random_model(hidden=64).save(tmp_path / name)
    with torch.no_grad():
        other = random_model(hidden=64)
        other.words.weight[7] += 1
        other.save(tmp_path / "other")  # of the same shape
    made_from = {TEACHER: Checkpoint(tmp_path / "teacher").weights_sha256()}
    save_file({"projection": torch.zeros(64, 32)}, tmp_path / "start" / "projection.safetensors", metadata=made_from)
    assert load_imitation(tmp_path / "twin", tmp_path / "start", random_model(), "cpu").projection.shape == (64, 32)
    with pytest.raises(SystemExit, match="start was not made from .*other; expected a start that train.small_start wrote with this teacher"):
        load_imitation(tmp_path / "other", tmp_path / "start", random_model(), "cpu")


def test_a_start_of_another_teacher_is_refused(tmp_path: Path) -> None:
    random_model(hidden=64).save(tmp_path / "teacher")
    with pytest.raises(SystemExit, match="start has no projection.safetensors; expected a start that train.small_start wrote"):
        load_imitation(tmp_path / "teacher", tmp_path / "start", random_model(), "cpu")
    (tmp_path / "start").mkdir()
    save_file({"projection": torch.zeros(48, 32)}, tmp_path / "start" / "projection.safetensors")
    with pytest.raises(SystemExit, match="start was not made from .*teacher; expected a start that train.small_start wrote with this teacher"):
        load_imitation(tmp_path / "teacher", tmp_path / "start", random_model(), "cpu")
