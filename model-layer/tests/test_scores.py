"""Mined candidates and teacher scores: what is mined, that nothing is made twice, and what counts as a negative."""

import json
import lzma
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from bundle import manifest
from bundle.checkpoint import Checkpoint
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.precision import Precision
from bundle.scorer import Scorer
from bundle.transformers_model import text_encoder_of
from tests.checkpoints import FAMILIES, TEXTS, bert, sentence_encoder, texts
from tests.test_export import exported, quantised
from train import score
from train.blocks import Blocks
from train.cosine import cosines
from train.embed import missing_rows, rows_on_disk
from train.ensemble import load_ensemble
from train.first_stage import FirstStage, best_places
from train.groups import ScoredGroup, groups_of
from train.mine import BLOCK, CANDIDATES, DRAWN, KINDS, candidates_of
from train.order import OTHER_KIND, SHARES, SHARES_BY_KIND, kind_of, order_of
from train.score import STEPS, as_int16, score_blocks, teacher_of
from train.sentence_encoder import HEAD_SIZE, write_checkpoint
from train.sentence_vectors import POOLINGS, OnCpu
from train.student import GROUPS
from train.training_data import WEIGHTS, TrainingData, Triple
from train.words import stems_of

ENOUGH = 1000


def mined(by_bm25: list[int], by_vector: list[int], copies: set[int] = frozenset(), passages: int = ENOUGH) -> Counter:
    found = candidates_of(7, by_bm25, by_vector, copies, passages, random.Random(1))
    assert found[0].passage == 7 and found[0].kind == "positive"
    assert len({candidate.passage for candidate in found}) == len(found) == CANDIDATES
    assert not {candidate.passage for candidate in found} & copies
    return Counter(candidate.kind for candidate in found)


def test_candidates_are_of_every_kind_and_none_comes_twice() -> None:
    assert mined(list(range(300)), list(range(300, 600))) == Counter(DRAWN | {"positive": 1})
    assert mined(list(range(300)), list(range(300))) == Counter(DRAWN | {"positive": 1})  # both found the same


def test_hard_candidates_rank_first_and_medium_ones_after_them() -> None:
    found = candidates_of(500, list(range(200)), list(range(200, 400)), set(), ENOUGH, random.Random(3))
    by_kind = {kind: [c.passage for c in found if c.kind == kind] for kind in KINDS}
    assert max(by_kind["bm25 hard"]) < 16 and 200 <= max(by_kind["bi-encoder hard"]) < 216
    assert 16 <= by_kind["bm25 medium"][0] < 200 and 216 <= by_kind["bi-encoder medium"][0] < 400


def test_random_passages_replace_missing_candidates() -> None:
    assert mined([], [])["random"] == CANDIDATES - 1
    assert mined([7, 1], list(range(300, 600)))["bm25 hard"] == 1


def test_passages_that_repeat_the_positive_are_not_candidates() -> None:
    copies = set(range(8, 40))
    mined(list(range(7, 300)), list(range(7, 300)), copies)
    with pytest.raises(SystemExit, match="the data has 43 passages; expected at least 44"):
        mined([], [], copies, passages=43)


def test_a_prefix_of_the_order_has_the_sources_by_their_shares() -> None:
    sizes = {"squad-sent": 900, "wiki-sections": 3000, "stackexchange": 100}
    triples = [Triple(f"{source} {i}", i, [], source) for source, size in sizes.items() for i in range(size)]
    order = order_of(triples)
    assert sorted(order) == list(range(len(triples)))
    assert order == order_of(triples) != order_of(triples, seed=1)
    whole = sum(SHARES[source] for source in sizes)
    for prefix in (50, 100, 250):
        counts = Counter(triples[place].source for place in order[:prefix])
        for source in sizes:
            assert counts[source] == pytest.approx(prefix * SHARES[source] / whole, abs=1.01)
    assert {triples[place].source for place in order[-100:]} == {"wiki-sections"}  # the others are used up by then


def test_the_best_are_in_order_and_equal_ones_by_place() -> None:
    assert best_places(np.array([1.0, 3.0, 2.0, 3.0, 0.0]), 3).tolist() == [1, 3, 2]
    assert best_places(np.array([5.0, 5.0, 5.0, 1.0]), 2).tolist() == [0, 1]
    assert best_places(np.array([1.0, 2.0]), 9).tolist() == [1, 0]


def test_bm25_prefers_rare_words_short_passages_and_counts_stems() -> None:
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(["?", "bread", "rises", "rise", "yeast", "iron"])}, "?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    passages = {0: "bread bread iron", 1: "bread rises", 2: "yeast rise bread bread bread bread", 3: "bread iron"}
    stage = FirstStage(passages, tokenizer, stems_of(tokenizer))
    assert stage.top("yeast", 1) == [2]
    assert stage.top("rise", 2) == [1, 2]  # by the stem; the shorter one first
    length = np.array([3, 2, 6, 2]) / (13 / 4)
    counts = np.array([1, 0, 0, 1])
    expected = np.log(1 + 2.5 / 2.5) * counts / (counts + 0.9 * (0.6 + 0.4 * length))
    np.testing.assert_allclose(stage.scores("iron"), expected, rtol=1e-6)
    assert stage.max_score("iron") == pytest.approx(np.log(2))
    assert stage.scores("nothing").max() == 0


def test_a_candidate_that_all_teachers_rank_above_the_positive_is_not_a_negative() -> None:
    scores = np.array([[0.5, 0.9, 0.9, 0.1, 0.5], [2.0, 3.0, 1.0, 0.0, 2.0]])
    group = ScoredGroup(0, np.arange(5), np.zeros(5), scores)
    assert group.negatives().tolist() == [False, False, True, True, True]


def candidates(folder: Path, blocks: int) -> Blocks:
    made = Blocks(folder).for_recipe({"seed": 1})
    for number in range(blocks):
        queries = np.arange(number * 2, number * 2 + 2, dtype=np.int32)
        passages = np.arange(6, dtype=np.int32).reshape(2, 3) + number
        made.write(number, queries=queries, passages=passages, kinds=passages, cosines=passages / 10, shares=passages / 20)
    return made


def test_scoring_continues_where_it_stopped_and_repeats_nothing(tmp_path: Path) -> None:
    made, scores = candidates(tmp_path / "candidates", 4), Blocks(tmp_path / "scores").for_recipe({"teacher": "a"})
    asked = []

    def logits(queries: list[int], passages: np.ndarray) -> np.ndarray:
        asked.append(queries)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return passages * 0.5

    with pytest.raises(KeyboardInterrupt):
        score_blocks(made, scores, logits, float("inf"))
    assert scores.numbers() == [0, 1]
    before = (tmp_path / "scores" / "00000.npz").stat().st_mtime_ns
    score_blocks(made, scores, logits, float("inf"))
    assert asked == [[0, 1], [2, 3], [4, 5], [4, 5], [6, 7]]
    assert (tmp_path / "scores" / "00000.npz").stat().st_mtime_ns == before
    assert scores.read(3)["logits"].tolist() == [[1500, 2000, 2500], [3000, 3500, 4000]]
    score_blocks(candidates(tmp_path / "candidates", 5), scores, logits, until=0)
    assert scores.numbers() == [0, 1, 2, 3]
    groups = list(groups_of(tmp_path / "candidates", [tmp_path / "scores"]))
    assert [group.query for group in groups] == list(range(8))  # the fifth block has no scores yet
    np.testing.assert_allclose(groups[-1].scores, [[0.6, 0.7, 0.8], [0.3, 0.35, 0.4], [3.0, 3.5, 4.0]], atol=1e-6)


def test_a_folder_takes_blocks_of_one_recipe_only(tmp_path: Path) -> None:
    Blocks(tmp_path).for_recipe({"teacher": "a", "window": 256})
    Blocks(tmp_path).for_recipe({"teacher": "a", "window": 256})
    with pytest.raises(SystemExit, match="was made with another teacher; expected a new folder, or the same recipe"):
        Blocks(tmp_path).for_recipe({"teacher": "b", "window": 256})


def test_a_logit_that_cannot_be_stored_stops_the_scoring() -> None:
    assert as_int16(np.array([[-11.3214, 9.6]])).tolist() == [[-11321, 9600]]
    for wrong in (np.nan, 40.0):
        with pytest.raises(SystemExit, match="a logit that is not a number or beyond ±32.767"):
            as_int16(np.array([[1.0, wrong]]))


def test_a_checkpoint_in_batches_scores_as_its_bundle_does(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    compile(Request(checkpoint, tmp_path / "bundle", Precision.FP32, None, "MIT", 1, None, False))
    bundle, batches = teacher_of(tmp_path / "bundle", 2), teacher_of(checkpoint, 1)
    assert (bundle.window, batches.window) == (64, 64)
    pairs = [bundle.template.encode(bundle.tokenizer, *text, 64) for text in TEXTS * 3]
    expected, found = bundle.logits(pairs), batches.logits(pairs)
    assert expected[: len(TEXTS)].tolist() == expected[-len(TEXTS) :].tolist()
    assert np.abs(found - expected).max() < 0.05 * np.ptp(expected)  # bfloat16
    with pytest.raises(SystemExit, match="has no input for segment ids; expected BERT or ELECTRA"):
        teacher_of(FAMILIES["roberta"](tmp_path / "roberta"), 1)


def test_a_teacher_in_parts_scores_as_the_whole_does(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    for name, precision, part_mb in (("whole", Precision.FP32, None), ("parts", Precision.FP32, 0.008), ("other", Precision.INT8_7BIT, 0.008)):
        compile(Request(checkpoint, tmp_path / name, precision, None, "MIT", 1, None, False, part_mb=part_mb))
    whole, parts, other = (teacher_of(tmp_path / name, 2) for name in ("whole", "parts", "other"))
    pairs = [whole.template.encode(whole.tokenizer, *text, 64) for text in TEXTS]
    assert len(parts.scorer.sessions) > 1
    assert parts.logits(pairs).tolist() == whole.logits(pairs).tolist()
    assert whole.sha256 == whole.scorer.manifest["files"]["model.onnx"]["sha256"]  # as in scores that exist
    assert len({whole.sha256, parts.sha256, other.sha256}) == 3


def test_a_teacher_is_another_one_if_only_its_embeddings_are(tmp_path: Path) -> None:
    specs = {name: {"sha256": name} for name in ("model.onnx", "embeddings.bin")}
    described = {"files": specs, "embeddings": "embeddings.bin"}
    before = manifest.graph_sha256(described)
    specs["embeddings.bin"]["sha256"] = "others"
    assert manifest.graph_sha256(described) != before


def test_rows_that_were_written_in_part_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "passages.npy"
    rows_on_disk(file, 4, 3)[1] = [0.5, 0.5, np.nan]
    rows_on_disk(file, 4, 3)[2] = [0.5, 0.5, 0.1]
    assert missing_rows(rows_on_disk(file, 4, 3), [0, 1, 2]) == [0, 1]
    with pytest.raises(SystemExit, match=r"has the shape \(4, 3\); expected \(5, 3\): it contains vectors of other data"):
        rows_on_disk(file, 5, 3)


@pytest.mark.parametrize("rounded", [False, True])
def test_a_sentence_encoders_onnx_file_becomes_its_checkpoint(rounded: bool, tmp_path: Path) -> None:
    hidden = 2 * HEAD_SIZE
    checkpoint = bert(tmp_path / "checkpoint", hidden_size=hidden, num_attention_heads=2, layer_norm_eps=1e-7)
    export = exported(checkpoint, tmp_path / "export", kind="encoder")
    if rounded:
        quantised(export)
    write_checkpoint(export / "model.onnx", tmp_path / "encoder")
    rows = [[2, *Checkpoint(checkpoint).tokenizer().encode(text, add_special_tokens=False).ids[:50], 3] for text in texts()[:9]]
    expected, found = (text_encoder_of(folder, torch.float32) for folder in (checkpoint, tmp_path / "encoder"))
    assert (found.config.layer_norm_eps, found.config.hidden_size) == (1e-7, hidden)
    with torch.no_grad():
        for row in rows:
            of_export, of_checkpoint = (model(torch.tensor([row])).last_hidden_state for model in (found, expected))
            tolerance = 0.1 if rounded else 1e-4
            assert (of_export - of_checkpoint).abs().mean() < tolerance * of_checkpoint.std()
    with pytest.raises(SystemExit, match="has no embeddings.word_embeddings.weight; expected an export of a BertModel without a head"):
        write_checkpoint(exported(checkpoint, tmp_path / "head") / "model.onnx", tmp_path / "other")


@pytest.mark.parametrize("pooling", POOLINGS)
def test_the_int8_graphs_vectors_are_near_those_of_transformers(pooling: str, tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint", hidden_size=128)
    tokenizer = checkpoint / "tokenizer.json"
    text_encoder_of(checkpoint, torch.float32).save_pretrained(tmp_path / "encoder")  # without the head
    checkpoint = Path(shutil.copy(tokenizer, tmp_path / "encoder")).parent
    rows = [[2, *Checkpoint(checkpoint).tokenizer().encode(text, add_special_tokens=False).ids[:50], 3] for text in texts()[:9]]
    found = OnCpu(checkpoint, pooling, 64, threads=2).vectors(rows)
    model = text_encoder_of(checkpoint, torch.float32)
    with torch.no_grad():
        tokens = [model(torch.tensor([row])).last_hidden_state[0].numpy() for row in rows]
    expected = np.stack([token[0] if pooling == "cls" else token.mean(axis=0) for token in tokens])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert found.shape == expected.shape and ((found * expected).sum(axis=1) > 0.95).all()


def test_cosines_are_those_of_the_candidates(tmp_path: Path) -> None:
    queries, passages = np.eye(3, dtype=np.float16), np.eye(3, dtype=np.float16)[::-1]
    assert cosines(queries, passages, [0, 2], np.array([[2, 0], [0, 1]])).tolist() == [[1, 0], [1, 0]]
    with pytest.raises(SystemExit, match="a query or a passage has no vector; run train.embed to its end first"):
        cosines(queries * np.float16("nan"), passages, [0], np.array([[2, 0]]))


def command(module: str, *arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_queries_of_each_kind_can_be_scored_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {kind_of(Triple("", 0, [], source)) for source in [*WEIGHTS, "a source of your own"]}
    assert kinds == {*SHARES_BY_KIND, OTHER_KIND}
    folders = [part for option in ("data", "candidates", "teacher", "out") for part in (f"--{option}", str(tmp_path))]
    monkeypatch.setattr(sys, "argv", ["score", *folders, "--kinds", *kinds])
    with pytest.raises(SystemExit, match="passages.jsonl.xz cannot be read: No such file or directory"):  # the kinds are not refused
        score.main()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no xz", "passages.jsonl.xz cannot be read: Input format not supported by decoder; expected a complete .xz file"),
        (lzma.compress(b'{"id": 0, "text": "a"}\n')[:-9], "passages.jsonl.xz cannot be read after line 1: Compressed file ended"),
        (lzma.compress(b'{"id": 0, "text": "a"}\n{"id": "1", "text": "b"}\n'), "passages.jsonl.xz:2 is .*; expected an object with a number id and a text"),
    ],
    ids=["not packed", "cut", "another type"],
)
def test_training_data_that_cannot_be_read_are_reported(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "passages.jsonl.xz").write_bytes(content)
    with pytest.raises(BundleError, match=message):
        TrainingData(tmp_path)


def test_a_file_that_is_no_ensemble_is_reported(tmp_path: Path) -> None:
    for content in ("{}", '{"teachers": "bm25", "factors": {}}'):
        (tmp_path / "x.json").write_text(content)
        with pytest.raises(BundleError, match="x.json has no teachers and factors; expected a file that train.ensemble wrote"):
            load_ensemble(tmp_path / "x.json", ["bi-encoder", "bm25"])


def test_the_commands_embed_mine_and_score_from_data_to_groups(tmp_path: Path) -> None:
    data, checkpoint = tmp_path / "data", bert(tmp_path / "checkpoint")
    data.mkdir()
    passages = texts()
    with lzma.open(data / "passages.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(passages))
    with lzma.open(data / "triples.jsonl.xz", "wt") as file:
        for i in range(BLOCK + 9):
            place = i % len(passages)
            file.write(json.dumps({"q": passages[place][:40], "p": place, "n": [], "s": "boolq"}) + "\n")
    compile(Request(checkpoint, tmp_path / "teacher", Precision.FP32, None, "MIT", 1, None, False))
    vectors, tokenizer = tmp_path / "vectors", checkpoint / "tokenizer.json"
    command("train.embed", "--data", data, "--encoder", checkpoint, "--pooling", "mean", "--window", 32, "--queries", 300, "--out", vectors)
    command("train.mine", "--data", data, "--vectors", vectors, "--tokenizer", tokenizer, "--queries", 300, "--out", tmp_path / "mined")
    command("train.score", "--data", data, "--candidates", tmp_path / "mined", "--teacher", tmp_path / "teacher", "--out", tmp_path / "scores")
    groups = list(groups_of(tmp_path / "mined", [tmp_path / "scores"]))
    assert len(groups) == BLOCK
    scorer = Scorer(tmp_path / "teacher")
    for group in groups[::50]:
        query = passages[group.query % len(passages)][:40]
        assert group.passages[0] == group.query % len(passages)
        expected = [scorer.logit(scorer.encode(query, passages[i])) for i in group.passages]
        assert group.scores[2] == pytest.approx(expected, abs=1 / STEPS)
        assert np.abs(group.scores[0]).max() <= 1.01 and 0 <= group.scores[1].min() and group.scores[1].max() <= 1
    others = tmp_path / "others"
    command(
        "train.score", "--data", data, "--candidates", tmp_path / "mined", "--teacher", tmp_path / "teacher", "--out", others, "--kinds", "forums"
    )
    assert all(np.isnan(group.scores[2]).all() for group in groups_of(tmp_path / "mined", [others]))  # these queries are questions
    command("train.cosine", "--candidates", tmp_path / "mined", "--vectors", vectors, "--out", tmp_path / "cosines")
    folders = [tmp_path / "scores", tmp_path / "cosines"]
    for group in list(groups_of(tmp_path / "mined", folders))[::50]:
        assert group.scores[3] == pytest.approx(group.scores[0], abs=2e-3)  # the same vectors mined the candidates
    inputs = ["--data", data, "--candidates", tmp_path / "mined", "--scores", *folders]
    command("train.ensemble", *inputs, "--out", tmp_path / "ensemble.json")
    encoder, start, readings = sentence_encoder(tmp_path / "encoder"), tmp_path / "start", tmp_path / "readings"
    layers = ["--layers", 0, 1, "--read-from", 1]
    command("train.start", "--data", data, "--sentence-encoder", encoder, "--cross-encoder", checkpoint, *layers, "--out", start)
    command("train.token_rows", "--data", data, "--candidates", tmp_path / "mined", "--start", start, "--out", readings)
    inputs += [readings]
    command("train.ensemble", *inputs, "--out", tmp_path / "ensemble.json")
    inputs += ["--ensemble", tmp_path / "ensemble.json", "--start", start, "--rows", readings, "--pairs", 2 * GROUPS * 8]
    command("train.student", *inputs, "--out", tmp_path / "student")
    assert Checkpoint(tmp_path / "student").config["cross_layers"] == 2
    command("train.parts", "split", tmp_path / "student", "--out", tmp_path / "parts")
    command("train.parts", "join", tmp_path / "parts", "--sentence-encoder", encoder, "--out", tmp_path / "joined")
    compile(Request(tmp_path / "joined", tmp_path / "bundle", Precision.FP32, None, "MIT", 1, None, False))
    assert np.isfinite(Scorer(tmp_path / "bundle").logit(Scorer(tmp_path / "bundle").encode(*TEXTS[0])))
