"""Mined candidates and teacher scores: what is mined, that nothing is made twice, and what counts as a negative."""

import json
import lzma
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from bundle import manifest
from bundle.checkpoint import Checkpoint
from bundle.collection import judged_queries
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.interaction_model import load_checkpoint
from bundle.precision import Precision
from bundle.scorer import Scorer
from bundle.transformers_model import text_encoder_of
from tests.checkpoints import FAMILIES, TEXTS, bert, cross_layers, sentence_encoder, texts, wordpiece
from tests.test_export import exported, quantised
from train import score, teachers
from train.blocks import Blocks
from train.candidate_texts import JOINED_PLACE, CandidateTexts, candidate_text, reads_joined
from train.cosine import Cosines
from train.embed import missing_rows, rows_on_disk
from train.ensemble import load_ensemble
from train.first_stage import FirstStage, best_places
from train.groups import ScoredGroup, groups_of
from train.held_out import write_collection
from train.mine import BLOCK, CANDIDATES, DRAWN, KINDS, candidates_of
from train.order import OTHER_KIND, SHARES, SHARES_BY_KIND, kind_of, order_of
from train.score import STEPS, as_int16, score_blocks
from train.sentence_encoder import HEAD_SIZE, write_checkpoint
from train.sentence_vectors import POOLINGS, OnCpu
from train.teachers import ReadingsTeacher, Teacher, beginning, teacher_of
from train.token_ids import Part, TokenIds, by_length, sequences, special
from train.training_data import HELD_OUT, WEIGHTS, TrainingData, Triple
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
    assert best_places(stage.scores("yeast"), 1).tolist() == [2]
    assert best_places(stage.scores("rise"), 2).tolist() == [1, 2]  # by the stem; the shorter one first
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

    def logits(queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
        asked.append(queries.tolist())
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


def data_of(folder: Path, queries: int) -> TrainingData:
    """Questions of several lengths about ten passages of several lengths."""
    (folder / "data").mkdir()
    passages = [passage[:: 1 + i % 2] * (1 + i % 3) for i, (_, passage) in enumerate((TEXTS * 2)[:10])]
    with lzma.open(folder / "data" / "passages.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(passages))
    with lzma.open(folder / "data" / "triples.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"q": TEXTS[i % len(TEXTS)][0], "p": i % 10, "n": [], "s": "boolq"}) + "\n" for i in range(queries))
    return TrainingData(folder / "data")


def logits_of_all(teacher: Teacher | ReadingsTeacher, data: TrainingData) -> np.ndarray:
    """Of three candidates of each query."""
    queries = np.arange(len(data.triples))
    passages = (queries[:, None] + np.array([0, 3, 7])) % 10
    return teacher.reader(data, queries, passages)(queries, passages)


def test_a_checkpoint_in_batches_scores_as_its_bundle_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint, data = bert(tmp_path / "checkpoint"), data_of(tmp_path, 14)
    compile(Request(checkpoint, tmp_path / "bundle", Precision.FP32, None, "MIT", 1, None, False))
    monkeypatch.setitem(teachers.BATCH_TOKENS, "cpu", 300)
    monkeypatch.setattr(teachers, "device", lambda: "cpu")
    bundle, batches = teacher_of(tmp_path / "bundle", 2), teacher_of(checkpoint, 1)
    assert (bundle.window, batches.window) == (64, 64)
    expected, found = logits_of_all(bundle, data), logits_of_all(batches, data)
    assert np.abs(found - expected).max() < 0.05 * np.ptp(expected)  # bfloat16
    with pytest.raises(SystemExit, match="has no input for segment ids; expected BERT or ELECTRA"):
        teacher_of(FAMILIES["roberta"](tmp_path / "roberta"), 1)


def fits(data: TrainingData, query: int, passage: int) -> bool:
    """Whether a bundle with a window of 64 reads a pair's whole texts: apart, each of the texts has that window."""
    text = candidate_text(data, passage, reads_joined(data, query))
    query_tokens, tokens = (len(wordpiece().encode(each, add_special_tokens=False).ids) for each in (data.triples[query].query, text))
    return query_tokens <= 30 and query_tokens + tokens + 4 <= 64


def test_readings_are_the_logit_without_what_is_read_from_cls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teachers, "device", lambda: "cpu")
    folder, data = cross_layers(tmp_path / "start"), data_of(tmp_path, 14)
    model = load_checkpoint(folder)
    with torch.no_grad():
        found = logits_of_all(ReadingsTeacher(folder), data)
        for weight in (model.cls.weight, model.cls.bias):
            weight.zero_()
    model.save(folder)
    compile(Request(folder, tmp_path / "bundle", Precision.FP32, None, "MIT", 1, None, False))
    expected = logits_of_all(teacher_of(tmp_path / "bundle", 2), data)
    whole = np.array([[fits(data, query, (query + more) % 10) for more in (0, 3, 7)] for query in range(14)])
    assert whole.sum() > 9 and np.abs(found - expected)[whole].max() < 0.05 * np.ptp(expected)  # bfloat16


def test_a_teacher_in_parts_scores_as_the_whole_does(tmp_path: Path) -> None:
    checkpoint, data = bert(tmp_path / "checkpoint"), data_of(tmp_path, 14)
    for name, precision, part_mb in (("whole", Precision.FP32, None), ("parts", Precision.FP32, 0.008), ("other", Precision.INT8_7BIT, 0.008)):
        compile(Request(checkpoint, tmp_path / name, precision, None, "MIT", 1, None, False, part_mb=part_mb))
    whole, parts, other = (teacher_of(tmp_path / name, 2) for name in ("whole", "parts", "other"))
    assert len(parts.scorer.sessions) > 1
    assert logits_of_all(parts, data).tolist() == logits_of_all(whole, data).tolist()
    assert whole.sha256 == whole.scorer.manifest["files"]["model.onnx"]["sha256"]  # as in scores that exist
    assert len({whole.sha256, parts.sha256, other.sha256}) == 3


def test_one_query_in_twelve_reads_candidates_with_their_neighbours_but_no_functions(tmp_path: Path) -> None:
    data = data_of(tmp_path, 30)
    assert [query for query in range(30) if reads_joined(data, query)] == [5, 17, 29]
    functions = SimpleNamespace(triples=[replace(triple, source="python-functions") for triple in data.triples])
    assert not any(reads_joined(functions, query) for query in range(30))
    texts = data.passages
    assert candidate_text(data, 3, joined=False) == texts[3]
    assert candidate_text(data, 3, joined=True) == f"{texts[3]} {texts[4]}" and candidate_text(data, 4, joined=True) == f"{texts[5]} {texts[4]}"
    assert candidate_text(data, 9, joined=True) == texts[9]  # there is none after it


def test_the_tokens_of_each_query_and_candidate_are_those_of_its_text(tmp_path: Path) -> None:
    data, tokenizer = data_of(tmp_path, 30), wordpiece()
    queries, passages = np.array([4, 5, 17, 6]), np.array([[0, 3], [3, 4], [3, 9], [9, 8]])
    found = CandidateTexts(data, tokenizer, queries, passages, "cpu")
    assert len(found.passages.lengths) == 7  # 3 alone and joined; 3 joined comes twice

    def tokens(texts: TokenIds, place: int) -> list[int]:
        return texts.at(torch.tensor([place]), torch.arange(int(texts.lengths[place]))[None])[0].tolist()

    for query, row, at, of_query in zip(queries.tolist(), passages.tolist(), found.passage_places(queries, passages), found.query_places(queries)):
        assert tokens(found.queries, of_query) == tokenizer.encode(data.triples[query].query, add_special_tokens=False).ids[:64]
        for passage, place in zip(row, at.tolist()):
            text = candidate_text(data, passage, query in (5, 17))
            assert tokens(found.passages, place) == tokenizer.encode(text, add_special_tokens=False).ids[:380]


def test_a_text_is_cut_at_the_same_token_for_teacher_and_student() -> None:
    tokenizer = wordpiece()
    for _, text in TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert tokenizer.encode(beginning(tokenizer, text, 7), add_special_tokens=False).ids == ids[:7]


def test_parts_follow_each_other_and_padding_follows_them() -> None:
    texts = TokenIds([[11, 12, 13], [21], [31, 32]], "cpu")
    parts = [special([1, 2], 3, "cpu"), Part(texts, np.array([2, 0, 1]), np.array([2, 2, 1]), 1), special([3], 3, "cpu", 1)]
    ids, segments, mask = sequences(parts)
    assert ids.tolist() == [[1, 2, 31, 32, 3, 0, 0, 0], [1, 2, 11, 12, 3, 0, 0, 0], [1, 2, 21, 3, 0, 0, 0, 0]]
    assert segments.tolist() == [[0, 0, 1, 1, 1, 0, 0, 0]] * 2 + [[0, 0, 1, 1, 0, 0, 0, 0]]
    assert mask.sum(1).tolist() == [5, 5, 4] and mask[:, 0].all()


def test_texts_of_a_batch_have_about_the_same_length_and_few_enough_tokens() -> None:
    lengths = np.array([3, 50, 7, 20, 4, 21])
    assert [part.tolist() for part in by_length(lengths, 45)] == [[1], [5, 3], [2, 4, 0]]


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


class Numbers:
    """Encodes a text as its first token and 0."""

    width = 2

    def vectors(self, rows: list[list[int]]) -> np.ndarray:
        return np.array([[row[1], 0] for row in rows], np.float16)


def test_cosines_are_those_of_what_is_read_of_the_candidates(tmp_path: Path) -> None:
    data = data_of(tmp_path, queries=12)
    queries, passages = np.ones((12, 2), np.float16), np.arange(20, dtype=np.float16).reshape(10, 2)
    found = Cosines(data, queries, passages, Numbers(), wordpiece())
    joined = [wordpiece().encode(candidate_text(data, passage, joined=True)).ids[1] for passage in (3, 4)]
    assert found.of(np.array([4, JOINED_PLACE]), np.array([[2, 0], [3, 4]])).tolist() == [[4 + 5, 0 + 1], joined]
    with pytest.raises(SystemExit, match="a query or a passage has no vector; run train.embed to its end first"):
        Cosines(data, queries, passages * np.float16("nan"), Numbers(), wordpiece()).of(np.array([0]), np.array([[2, 0]]))


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


def test_held_out_queries_become_a_collection_with_bm25s_candidates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("train.held_out.CANDIDATES", 12)
    (tmp_path / "data").mkdir()
    passages, tokenizer = texts(), wordpiece()
    with lzma.open(tmp_path / "data" / "passages.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(passages))
    found_by_bm25 = [*((passages[i], i) for i in (1, 3, 5, 7)), ("z", 89)]
    asked = [*found_by_bm25, (passages[3], 5), (passages[9], 2), ("🗼", 2)]  # then a copy, and two whose positive BM25 does not find
    with lzma.open(tmp_path / "data" / "triples.jsonl.xz", "wt") as file:
        for i in range(len(asked) * HELD_OUT):
            query, positive = asked[i // HELD_OUT] if i % HELD_OUT == 0 else ("trained on", 1)
            file.write(json.dumps({"q": query, "p": positive, "n": [], "s": "boolq"}) + "\n")
    data = TrainingData(tmp_path / "data")
    stage = FirstStage(data.passages, tokenizer, stems_of(tokenizer))
    assert 2 not in best_places(stage.scores(passages[9]), 12)
    write_collection(data, stage, ENOUGH, tmp_path / "all")
    found = judged_queries(tmp_path / "all", tmp_path / "all" / "bm25.run", ENOUGH, ENOUGH)
    assert sorted(query.query for query in found) == sorted(query for query, _ in found_by_bm25)  # each once
    for query in found:
        scores = stage.scores(query.query)
        assert set(map(int, query.documents)) == {place for place in best_places(scores, 12).tolist() if scores[place]}
        assert all(text == passages[int(passage)] for passage, text in query.documents.items())
        (judged,) = query.grades
        assert judged in query.documents and (query.query, int(judged)) in found_by_bm25
        assert len(query.documents) == (9 if query.query == "z" else 12)  # only passages with a word of the query
    write_collection(data, stage, 2, tmp_path / "two")
    assert len(judged_queries(tmp_path / "two", tmp_path / "two" / "bm25.run", ENOUGH, ENOUGH)) == 2


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
    made_with = ["--encoder", checkpoint, "--pooling", "mean", "--vectors", vectors]
    command("train.cosine", "--data", data, "--candidates", tmp_path / "mined", *made_with, "--out", tmp_path / "cosines")
    folders = [tmp_path / "scores", tmp_path / "cosines"]
    for group in list(groups_of(tmp_path / "mined", folders))[::50]:
        joined = reads_joined(TrainingData(data), group.query)
        assert joined or group.scores[3] == pytest.approx(group.scores[0], abs=2e-3)  # the same vectors mined the candidates
    encoder, start, readings = sentence_encoder(tmp_path / "encoder"), tmp_path / "start", tmp_path / "readings"
    layers = ["--layers", 0, 1, "--read-from", 1]
    command("train.start", "--data", data, "--sentence-encoder", encoder, "--cross-encoder", checkpoint, *layers, "--out", start)
    command("train.score", "--data", data, "--candidates", tmp_path / "mined", "--teacher", start, "--readings", "--out", readings)
    inputs = ["--data", data, "--candidates", tmp_path / "mined", "--scores", *folders, readings]
    command("train.ensemble", *inputs, "--out", tmp_path / "ensemble.json")
    inputs += ["--ensemble", tmp_path / "ensemble.json", "--groups", 4, "--pairs", 2 * 4 * CANDIDATES]
    command("train.student", *inputs, "--start", start, "--out", tmp_path / "student")
    assert Checkpoint(tmp_path / "student").config["cross_layers"] == 2
    teacher = tmp_path / "student"
    command("train.small_start", "--data", data, "--teacher", teacher, "--hidden", 32, "--layers", 1, "--out", tmp_path / "small")
    command("train.student", *inputs, "--start", tmp_path / "small", "--imitate", teacher, "--out", tmp_path / "tiny")
    for name in ("student", "tiny"):
        compile(Request(tmp_path / name, tmp_path / f"{name}-bundle", Precision.FP32, None, "MIT", 1, None, False))
        scorer = Scorer(tmp_path / f"{name}-bundle")
        assert np.isfinite(scorer.logit(scorer.encode(*TEXTS[0])))
