"""The student's training: what it starts from, what it learns from, and that an interruption changes nothing."""

import json
import lzma
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from bundle.checkpoint import Checkpoint
from bundle.compile import Request, compile
from bundle.interaction_model import HEAD_NAMES, InteractionCrossEncoder, load_checkpoint
from bundle.precision import Precision
from bundle.scorer import Scorer
from tests.checkpoints import TEXTS, bert, electra, sentence_encoder, texts, wordpiece
from train import student
from train.blocks import Blocks
from train.ensemble import Ensemble, factors_of, grid, load_ensemble, positive_ranks, tried_on
from train.groups import ScoredGroup
from train.listwise import losses
from train.mine import BLOCK, CANDIDATES, KINDS
from train.parts import join, split
from train.rounds import FEWEST_NEW, Position, Rounds
from train.sentence_vectors import sentence_encoder_of
from train.start import start_of
from train.stored_scores import FILE, write_blocks
from train.student import GROUPS, Recipe, Student, Training, correlation, train
from train.token_rows import PairRows, Rows, StoredRows, write_rows
from train.training_data import HELD_OUT, TrainingData

NEVER = float("inf")
QUERIES = 20  # in a block
PER_QUERY = 5
ENSEMBLE = Ensemble(["bi-encoder", "bm25", "l12", "readings"], {"questions": [1.0, 1.0, 0.5, 0.3]})
RECIPE = Recipe("start", 6 * GROUPS * PER_QUERY, PER_QUERY, 1e-2, 0.2, ENSEMBLE)


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
    assert torch.equal(model.segments.weight[0], model.segments.weight[1]) and (model.gates < -1000).all()
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


def trained_a_bit(start: Path) -> Student:
    """A student whose [CLS] counts."""
    made = Student(load_checkpoint(start), scale=0.9)
    with torch.no_grad():
        made.cls.weight.copy_(torch.randn(made.cls.weight.shape, generator=torch.Generator().manual_seed(3)))
    return made


@torch.no_grad()
def test_a_student_scores_from_stored_rows_as_its_bundle_does_from_texts(tmp_path: Path) -> None:
    start = started(tmp_path)
    made = trained_a_bit(start)
    (tmp_path / "student").mkdir()
    made.save(tmp_path / "student", start)
    compile(Request(tmp_path / "student", tmp_path / "bundle", Precision.FP32, None, "MIT", 1, None, False))
    scorer, rows = Scorer(tmp_path / "bundle"), Rows(start, threads=2)
    of_texts = rows.of(TEXTS * 7)
    assert len(of_texts) > student.ROWS["cpu"]
    readings, pairs = torch.tensor([each[0] for each in of_texts]), [PairRows(found, count) for _, found, count in of_texts]
    expected = np.array([scorer.logit(scorer.encode(*text)) for text in TEXTS] * 7)
    found = made.logits(readings, pairs).numpy()
    assert np.abs(found - expected).max() < 0.1 * np.ptp(expected)  # bfloat16, and rows of an int8 graph
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    assert np.abs(made.scale.item() * readings.numpy() - expected).max() > 0.5 * np.ptp(expected)  # [CLS] counts


def test_what_a_student_does_not_train_stays_as_it_was(tmp_path: Path) -> None:
    start = started(tmp_path)
    made = trained_a_bit(start)
    (tmp_path / "student").mkdir()
    made.save(tmp_path / "student", start)
    old, new = load_checkpoint(start), load_checkpoint(tmp_path / "student")
    torch.testing.assert_close(new.mix, old.mix * 0.9)
    changed = {name for name, value in new.state_dict().items() if not torch.equal(value, old.state_dict()[name])}
    assert changed == {"mix", "cls.weight"} and changed < HEAD_NAMES
    made.save(tmp_path / "student", start)  # once more: it does not scale twice
    torch.testing.assert_close(load_checkpoint(tmp_path / "student").mix, new.mix)
    assert sorted(file.name for file in (tmp_path / "student").iterdir()) == ["config.json", "model.safetensors", "tokenizer.json"]


def test_the_trained_parts_and_the_sentence_encoder_make_the_checkpoint_again(tmp_path: Path) -> None:
    start = started(tmp_path)
    (tmp_path / "student").mkdir()
    trained_a_bit(start).save(tmp_path / "student", start)
    split(tmp_path / "student", tmp_path / "parts")
    join(tmp_path / "parts", tmp_path / "encoder", tmp_path / "joined")
    whole, joined = load_file(tmp_path / "student" / "model.safetensors"), load_file(tmp_path / "joined" / "model.safetensors")
    kept = load_file(tmp_path / "parts" / "model.safetensors")
    assert joined.keys() == whole.keys() > kept.keys() and not any(name.startswith("bert.") for name in kept)
    for name, tensor in whole.items():
        torch.testing.assert_close(joined[name], tensor.half().float() if name.startswith("cross.") else tensor, rtol=0, atol=0)
    assert Checkpoint(tmp_path / "joined").config == Checkpoint(tmp_path / "student").config


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


def rows_of(folder: Path, start: Path, data: TrainingData) -> Rounds:
    """The same with the rows of these candidates, as `train.token_rows` writes them."""
    rounds = rounds_of(folder, 2)
    write_rows(Blocks(rounds.candidates), Blocks(folder / "readings").for_recipe({}), data, Rows(start, threads=2), NEVER)
    return replace(rounds, scores=[*rounds.scores, folder / "readings"])


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
    recipe = replace(RECIPE, pairs=1000 * GROUPS * PER_QUERY)
    rates = [recipe.rate_at(step) for step in range(recipe.steps)]
    assert max(rates) == rates[29] == pytest.approx(recipe.rate) and rates[0] == pytest.approx(recipe.rate / 30)
    assert rates[:30] == sorted(rates[:30]) and rates[29:] == sorted(rates[29:], reverse=True) and 0 < rates[-1] < recipe.rate / 500


def data_in(folder: Path) -> TrainingData:
    folder.mkdir()
    passages = texts()
    with lzma.open(folder / "passages.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(passages))
    with lzma.open(folder / "triples.jsonl.xz", "wt") as file:
        for i in range(300):
            file.write(json.dumps({"q": passages[i % len(passages)][:40], "p": 0, "n": [], "s": "boolq"}) + "\n")
    return TrainingData(folder)


def test_the_scores_that_come_with_the_data_become_blocks(tmp_path: Path) -> None:
    data, encoder = data_in(tmp_path / "data"), sentence_encoder(tmp_path / "encoder")
    count, rng = len(data.passages), np.random.default_rng(5)
    lines = [{"q": data.triples[i % 9].query, "s": "boolq", "ids": [0, *rng.permutation(np.arange(1, count))[:7].tolist()]} for i in range(BLOCK + 3)]
    with lzma.open(tmp_path / "data" / FILE, "wt") as file:
        file.writelines(json.dumps(line | {"l12": [i / 8, *[-1.5] * 7]}) + "\n" for i, line in enumerate(lines))
    vectors = rng.normal(size=(count, 32)).astype(np.float16)
    np.save(tmp_path / "passages.npy", vectors)
    made = [Blocks(tmp_path / name).for_recipe({}) for name in ("candidates", "l12")]
    write_blocks(data, tmp_path / "data", tmp_path, encoder, *made)
    assert made[0].numbers() == made[1].numbers() == [0]  # three lines are left over
    found, logits = made[0].read(0), made[1].read(0)["logits"]
    assert found["passages"].tolist() == [line["ids"] for line in lines[:BLOCK]]
    assert [data.triples[query].query for query in found["queries"]] == [line["q"] for line in lines[:BLOCK]]
    assert logits[8].tolist() == [1000, *[-1500] * 7]
    assert [KINDS[kind] for kind in found["kinds"][3]] == ["positive", *["bm25 hard"] * 5, *["random"] * 2]
    of_query = sentence_encoder_of(encoder, "mean", 64, 1).vectors([wordpiece().encode(lines[3]["q"]).ids])[0]
    assert found["cosines"][3] == pytest.approx(vectors[lines[3]["ids"]].astype(np.float32) @ of_query, abs=1e-2)
    assert 0 < found["shares"].max() <= 1 and found["shares"].min() >= 0


class Interrupted(Rounds):
    def batches(self, position: Position) -> Iterator[tuple[list[ScoredGroup], Position]]:
        for count, batch in enumerate(super().batches(position)):
            if count == 4:
                raise KeyboardInterrupt
            yield batch


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def training_of(start: Path, recipe: Recipe, data: TrainingData, rounds: Rounds) -> Training:
    rows = StoredRows(rounds.scores[-1])
    return Training(Student(load_checkpoint(start)), recipe, data, rows, ENSEMBLE.teachers)


def test_an_interrupted_training_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, data = started(tmp_path), data_in(tmp_path / "data")
    rounds = rows_of(tmp_path, start, data)

    def run(folder: Path, recipe: Recipe = RECIPE, rounds: Rounds = rounds, until: float = NEVER) -> None:
        train(training_of(start, recipe, data, rounds), rounds, folder, start, until)

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
    assert not torch.equal(whole["interaction.cls.weight"], half["interaction.cls.weight"])
    run(tmp_path / "parts")  # there is nothing left to do
    assert all(torch.equal(value, parts[name]) for name, value in weights_of(tmp_path / "parts").items())
    with pytest.raises(SystemExit, match="was trained with another rate; expected a new folder, or the same recipe"):
        run(tmp_path / "parts", recipe=replace(RECIPE, rate=1e-4))


def test_rows_are_written_once_and_belong_to_their_candidates(tmp_path: Path) -> None:
    start, data = started(tmp_path), data_in(tmp_path / "data")
    rounds = rows_of(tmp_path, start, data)
    stored, rows = StoredRows(rounds.scores[-1]), Rows(start, threads=1)
    block = Blocks(rounds.candidates).read(1)
    query, passages = int(block["queries"][3]), block["passages"][3].tolist()
    alone = rows.of([(data.triples[query].query, data.passages[passage]) for passage in passages])
    for of_pair, (_, expected, query_tokens) in zip(stored.of(query), alone, strict=True):
        np.testing.assert_array_equal(of_pair.rows, expected)
        assert of_pair.query_tokens == query_tokens
    logits = Blocks(rounds.scores[-1]).read(1)["logits"][3] / 1000
    np.testing.assert_allclose(logits, [each[0] for each in alone], atol=1e-3)
    (rounds.scores[-1] / "00001.npz").unlink()  # as after an interruption
    before = (rounds.scores[-1] / "00000.rows.npy").stat().st_mtime_ns
    rows_of(tmp_path, start, data)
    assert (rounds.scores[-1] / "00001.npz").is_file() and (rounds.scores[-1] / "00000.rows.npy").stat().st_mtime_ns == before


def test_a_step_draws_the_positive_and_some_other_candidates() -> None:
    drawn = [RECIPE.drawn(step, group, CANDIDATES) for step in range(9) for group in range(GROUPS)]
    assert all(places[0] == 0 and len(set(places)) == PER_QUERY and max(places) < CANDIDATES for places in drawn)
    assert len(set(map(tuple, drawn))) > 90 and drawn[5] == RECIPE.drawn(0, 5, CANDIDATES)


def test_the_correlation_is_within_groups() -> None:
    left = np.array([[1.0, 2.0, 3.0], [10.0, 11.0, 12.0]])
    assert correlation(left, left * 2 + [[5], [-5]]) == pytest.approx(1)
    assert correlation(left, np.array([[3.0, 2.0, 1.0], [103.0, 102.0, 101.0]])) == pytest.approx(-1)


def test_a_student_comes_nearer_to_its_teachers(tmp_path: Path) -> None:
    start, data = started(tmp_path), data_in(tmp_path / "data")
    rounds = rows_of(tmp_path, start, data)
    recipe = replace(RECIPE, pairs=60 * GROUPS * PER_QUERY, label_share=0.0)
    training = training_of(start, recipe, data, rounds)
    groups = rounds.batches(rounds.first())
    same, _ = next(groups)
    before = training.check(same)
    for number in range(recipe.steps):
        training.step(number, same)
    after = training.check(same)
    assert after["divergence"] < 0.5 * before["divergence"] and after["correlation"] > before["correlation"]
