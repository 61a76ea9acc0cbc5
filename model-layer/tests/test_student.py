"""The student's training: what it starts from, what it learns from, and that an interruption changes nothing."""

import json
import lzma
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bundle.checkpoint import Checkpoint
from bundle.compile import Request, compile
from bundle.pairs import EncodedPair, template_of
from bundle.precision import Precision
from bundle.scorer import Scorer
from bundle.transformers_model import SequenceClassifier
from tests.checkpoints import TEXTS, bert, electra, texts
from train import student
from train.blocks import Blocks
from train.cross_encoder import ROWS, CrossEncoder
from train.ensemble import Ensemble, factors_of, grid, load_ensemble, positive_ranks, tried_on
from train.groups import ScoredGroup
from train.listwise import losses
from train.merge import merge
from train.mine import CANDIDATES
from train.rounds import FEWEST_NEW, Position, Rounds
from train.student import GROUPS, Recipe, Training, encoder_of, train
from train.training_data import HELD_OUT, TrainingData

NEVER = float("inf")
QUERIES = 20  # in a block
ENSEMBLE = Ensemble(["bi-encoder", "bm25", "l12"], {"questions": [1.0, 1.0, 0.5]})
RECIPE = Recipe("start", None, 6 * GROUPS * CANDIDATES, 1e-3, [32, 64], 0.2, ENSEMBLE)


def encoded(folder: Path) -> list[EncodedPair]:
    tokenizer = Checkpoint(folder).tokenizer()
    return [template_of(tokenizer).encode(tokenizer, *text, 64) for text in TEXTS]


def alone(pair: EncodedPair) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    ids = torch.tensor([pair.ids])
    return ids, torch.ones_like(ids), torch.tensor([pair.segments])


@torch.no_grad()
def test_a_student_scores_as_transformers_does(tmp_path: Path) -> None:
    folder = bert(tmp_path / "start")
    model, reference = CrossEncoder(folder), SequenceClassifier(folder).eval()
    pairs = encoded(folder) * 9
    assert len(pairs) > ROWS["cpu"]
    expected = torch.cat([reference(*alone(pair))[:, 0] for pair in pairs])
    torch.testing.assert_close(torch.cat([model(*alone(pair)) for pair in pairs]), expected, atol=1e-4, rtol=1e-4)
    assert (model.logits(pairs, "cpu") - expected).abs().max() < 0.05 * np.ptp(expected.numpy())  # bfloat16


def test_a_student_starts_with_the_chosen_layers_and_the_head_unchanged(tmp_path: Path) -> None:
    teacher = bert(tmp_path / "teacher", num_hidden_layers=4)
    CrossEncoder(teacher, [1, 3]).save(tmp_path / "student", teacher)
    old, new = Checkpoint(teacher), Checkpoint(tmp_path / "student")
    names = dict(SequenceClassifier(tmp_path / "student").model.named_parameters())
    assert {"bert.pooler.dense.weight", "classifier.weight", "bert.encoder.layer.1.output.dense.bias"} <= names.keys()
    for name in names:
        of_teacher = name.replace("layer.1.", "layer.3.").replace("layer.0.", "layer.1.")
        np.testing.assert_array_equal(new.tensor(name), old.tensor(of_teacher), err_msg=name)
    assert new.config["num_hidden_layers"] == 2 and not new.has("bert.encoder.layer.2.output.dense.bias")


def test_a_saved_student_compiles_and_scores_the_same(tmp_path: Path) -> None:
    teacher = bert(tmp_path / "teacher", num_hidden_layers=3)
    model = CrossEncoder(teacher, [0, 2])
    model.save(tmp_path / "student", teacher)
    compile(Request(tmp_path / "student", tmp_path / "bundle", Precision.FP32, None, "MIT", 1, None, False))
    scorer = Scorer(tmp_path / "bundle")
    for text in TEXTS:
        pair = scorer.encode(*text)
        with torch.no_grad():
            assert scorer.logit(pair) == pytest.approx(model(*alone(pair)).item(), abs=1e-3)


def test_a_model_other_than_bert_with_one_logit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="has the model type electra and 1 class; expected bert with one logit"):
        CrossEncoder(electra(tmp_path / "electra"))
    with pytest.raises(SystemExit, match="has the model type bert and 2 classes"):
        CrossEncoder(bert(tmp_path / "classes", classes=2))
    with pytest.raises(SystemExit, match=r"does not have the layers \[1, 2\]; expected some of 0 to 1"):
        CrossEncoder(bert(tmp_path / "layers"), [1, 2])


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


def merged(cross_encoder: Path, sentence_encoder: Path, share: float) -> dict[str, torch.Tensor]:
    return dict(merge(cross_encoder, [0, 2], sentence_encoder, share)[0].named_parameters())


def test_a_start_is_between_a_cross_encoder_and_a_sentence_encoder_of_the_same_origin(tmp_path: Path) -> None:
    teacher = bert(tmp_path / "teacher", num_hidden_layers=4)
    relative = CrossEncoder(teacher, [0, 2])
    with torch.no_grad():
        for weights in relative.parameters():
            weights += 0.1 * weights.std(unbiased=False) * torch.randn_like(weights)
    relative.save(tmp_path / "relative", teacher)
    tensors = {name.removeprefix("bert."): weights.detach() for name, weights in relative.bert.named_parameters(prefix="bert")}
    save_file(tensors, tmp_path / "relative" / "model.safetensors")  # as a sentence encoder's: without a head
    ends = [merged(teacher, tmp_path / "relative", share) for share in (0.0, 1.0)]
    for name, weights in merged(teacher, tmp_path / "relative", 0.25).items():
        torch.testing.assert_close(weights, 0.75 * ends[0][name] + 0.25 * ends[1][name])
    assert torch.equal(ends[0]["classifier.weight"], ends[1]["classifier.weight"])
    torch.testing.assert_close(ends[1]["bert.embeddings.LayerNorm.bias"], tensors["embeddings.LayerNorm.bias"])
    assert not torch.equal(ends[0]["bert.embeddings.word_embeddings.weight"], ends[1]["bert.embeddings.word_embeddings.weight"])
    with pytest.raises(SystemExit, match="has the cosine -?0.0.; expected at least 0.3: layers of one model"):
        merge(teacher, [1, 3], tmp_path / "relative", 0.5)


def rounds_of(folder: Path, blocks: int) -> Rounds:
    """Over blocks of random candidates and scores."""
    made, scores = Blocks(folder / "candidates").for_recipe({}), Blocks(folder / "l12").for_recipe({})
    for number in range(blocks):
        rng = np.random.default_rng(number)
        passages = np.stack([rng.permutation(len(texts()))[:CANDIDATES] for _ in range(QUERIES)]).astype(np.int32)
        places = np.arange(number * QUERIES, (number + 1) * QUERIES, dtype=np.int32)
        small = rng.random(passages.shape).astype(np.float16)
        made.write(number, queries=places, passages=passages, kinds=passages * 0, cosines=small, shares=small)
        scores.write(number, logits=rng.integers(-9000, 9000, passages.shape).astype(np.int16))
    return Rounds(folder / "candidates", [folder / "l12"], 1, GROUPS)


def queries_of_round(rounds: Rounds, start: Position) -> list[int]:
    found = []
    for groups, position in rounds.batches(start):
        if position.round != start.round:
            return found
        found += [group.query for group in groups]
    raise AssertionError("batches never end")


def test_a_round_has_each_query_once_mixed_and_no_held_out_one(tmp_path: Path) -> None:
    rounds = rounds_of(tmp_path, 4)
    found = queries_of_round(rounds, rounds.first())
    wanted = {place for place in range(4 * QUERIES) if place % HELD_OUT}
    assert len(found) == len(set(found)) == len(wanted) // GROUPS * GROUPS and set(found) <= wanted
    assert found != sorted(found) and found != queries_of_round(rounds, rounds.after(rounds.first()))
    assert [group.query for group in rounds.held_out(9)] == [0, HELD_OUT]


def test_blocks_that_were_scored_meanwhile_make_the_next_round(tmp_path: Path) -> None:
    first = rounds_of(tmp_path, 3).first()
    assert rounds_of(tmp_path, 4).after(first).blocks == (0, 1, 2, 3)  # one block is too few
    second = rounds_of(tmp_path, 3 + FEWEST_NEW).after(first)
    assert second.blocks == tuple(range(3, 3 + FEWEST_NEW))
    assert rounds_of(tmp_path, 3 + FEWEST_NEW).after(second).blocks == tuple(range(3 + FEWEST_NEW))


def test_the_rate_rises_then_falls_to_zero() -> None:
    recipe = replace(RECIPE, pairs=1000 * GROUPS * CANDIDATES)
    rates = [recipe.rate_at(step) for step in range(recipe.steps)]
    assert max(rates) == rates[29] == pytest.approx(recipe.rate) and rates[0] == pytest.approx(recipe.rate / 30)
    assert rates[:30] == sorted(rates[:30]) and rates[29:] == sorted(rates[29:], reverse=True) and 0 < rates[-1] < 2e-6


def data_in(folder: Path) -> TrainingData:
    folder.mkdir()
    passages = texts()
    with lzma.open(folder / "passages.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(passages))
    with lzma.open(folder / "triples.jsonl.xz", "wt") as file:
        for i in range(300):
            file.write(json.dumps({"q": passages[i % len(passages)][:40], "p": 0, "n": [], "s": "boolq"}) + "\n")
    return TrainingData(folder)


class Interrupted(Rounds):
    def batches(self, position: Position) -> Iterator[tuple[list[ScoredGroup], Position]]:
        for count, batch in enumerate(super().batches(position)):
            if count == 4:
                raise KeyboardInterrupt
            yield batch


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return dict(SequenceClassifier(folder).model.named_parameters())


def test_an_interrupted_training_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, data, rounds = bert(tmp_path / "start"), data_in(tmp_path / "data"), rounds_of(tmp_path, 2)

    def run(folder: Path, recipe: Recipe = RECIPE, rounds: Rounds = rounds, until: float = NEVER) -> None:
        training = Training(CrossEncoder(start), recipe, data, encoder_of(data, Checkpoint(start)))
        train(training, rounds, folder, start, until)

    run(tmp_path / "whole")
    monkeypatch.setattr(student, "SAVE_SECONDS", 0)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", rounds=Interrupted(rounds.candidates, rounds.scores, rounds.seed, rounds.batch))
    half = weights_of(tmp_path / "parts")
    run(tmp_path / "parts", until=0)  # no time left: nothing is learned, nothing is lost
    assert all(torch.equal(value, half[name]) for name, value in weights_of(tmp_path / "parts").items())
    run(tmp_path / "parts")
    whole, parts = weights_of(tmp_path / "whole"), weights_of(tmp_path / "parts")
    assert all(torch.equal(value, parts[name]) for name, value in whole.items())
    assert not torch.equal(whole["classifier.weight"], half["classifier.weight"])
    run(tmp_path / "parts")  # there is nothing left to do
    assert all(torch.equal(value, parts[name]) for name, value in weights_of(tmp_path / "parts").items())
    with pytest.raises(SystemExit, match="was trained with another rate; expected a new folder, or the same recipe"):
        run(tmp_path / "parts", recipe=replace(RECIPE, rate=1e-4))


def test_a_student_comes_nearer_to_its_teachers(tmp_path: Path) -> None:
    start, data, rounds = bert(tmp_path / "start"), data_in(tmp_path / "data"), rounds_of(tmp_path, 1)
    recipe = replace(RECIPE, pairs=60 * GROUPS * CANDIDATES, label_share=0.0)
    training = Training(CrossEncoder(start), recipe, data, encoder_of(data, Checkpoint(start)))
    groups = rounds.batches(rounds.first())
    same, _ = next(groups)
    before = training.check(same)["divergence"]
    for number in range(recipe.steps):
        training.step(number, same)
    assert training.check(same)["divergence"] < 0.5 * before
