"""`check` compares logits and, where a collection is given, rankings, and writes both into the bundle's README."""

import gzip
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

from bundle.__main__ import main
from bundle.check import RankingTask, check, ranks, relative_difference, spearman
from bundle.collection import JudgedQuery, judged_queries
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.precision import Precision
from tests.checkpoints import bert
from tests.test_export import exported

CORPUS = gzip.compress(b'{"id": "a", "text": "Yeast"}\n', mtime=0)


def bundle(tmp_path: Path, precision: Precision = Precision.FP32) -> tuple[Path, Path]:
    checkpoint, out = bert(tmp_path / "checkpoint"), tmp_path / "bundle"
    compile(Request(checkpoint, out, precision, "x", "MIT", 1, None, False))
    return out, checkpoint


def collection(folder: Path) -> RankingTask:
    folder.mkdir()
    with gzip.open(folder / "corpus.jsonl.gz", "wt") as corpus:
        for id, title, text in (("a", "Bread", "Yeast"), ("b", "", "git reset"), ("c", "", "Iron in the body")):
            corpus.write(json.dumps({"id": id, "title": title, "text": text}) + "\n")
    (folder / "queries.jsonl").write_text('{"id": "1", "text": "undo a commit"}\n{"id": "2", "text": "bread"}\n')
    (folder / "qrels.tsv").write_text("1\tb\t2\n2\ta\t1\n3\ta\t1\n")
    run = folder / "first.run"
    run.write_text("".join(f"{q} Q0 {d} {i} {9 - i} bm25\n" for q in "12" for i, d in enumerate("abc")))
    return RankingTask(folder, run, 2, 5)


def test_the_report_replaces_an_earlier_one_in_the_readme(tmp_path: Path) -> None:
    out, checkpoint = bundle(tmp_path)
    (out / "README.md").write_text("# x\n\nbefore\n\n<!-- parity -->\nold\n<!-- /parity -->\nafter\n")
    report = check(out, checkpoint, collection(tmp_path / "set"))
    text = (out / "README.md").read_text()
    assert report in text and "old" not in text
    assert text.startswith("# x\n\nbefore\n") and text.endswith("after\n")
    pairs, _, _, mean, largest, correlation = report.splitlines()[2].strip("| ").split(" | ")
    assert int(pairs) >= 500
    assert 0 <= float(mean) <= float(largest) < 1e-4 and float(correlation) > 0.9999
    name, queries, candidates, theirs, ours, difference = report.splitlines()[-1].strip("| ").split(" | ")
    assert (name, queries, candidates) == ("set", "2", "2")
    assert theirs == ours and difference in ("+0.00%", "–")


def test_a_collections_name_may_be_in_another_encoding(tmp_path: Path) -> None:
    out, checkpoint = bundle(tmp_path)
    check(out, checkpoint, collection(Path(os.fsdecode(os.fsencode(tmp_path) + b"/s\xe9t"))))
    assert r"| s\udce9t | 2 | 2 |" in (out / "README.md").read_text()


def test_another_checkpoint_is_far_off(tmp_path: Path) -> None:
    out, _ = bundle(tmp_path)
    other = bert(tmp_path / "other", classes=2)
    assert float(check(out, other, None).splitlines()[2].split(" | ")[4]) > 0.1


def test_an_export_is_compared_with_itself(tmp_path: Path) -> None:
    export = exported(bert(tmp_path / "checkpoint"), tmp_path / "export")
    compile(Request(export, tmp_path / "bundle", Precision.FP32, "x", "MIT", 1, None, False))
    report = check(tmp_path / "bundle", export, collection(tmp_path / "set"))
    assert float(report.splitlines()[2].split(" | ")[4]) < 1e-4
    assert "nDCG@10 the ONNX export" in report
    assert "## Parity with the ONNX export" in (tmp_path / "bundle" / "README.md").read_text()


def test_ndcg_has_linear_gains_and_a_logarithmic_discount() -> None:
    query = JudgedQuery("q", {"a": "1", "b": "3", "c": "2"}, {"a": 2, "b": 1, "elsewhere": 3})
    # b, c, a by their texts: 1 at place 1, 2 at place 3; at best 3, 2, 1.
    assert query.ndcg(lambda _, text: float(text)) == pytest.approx(
        (1 + 2 / math.log2(4)) / (3 + 2 / math.log2(3) + 1 / math.log2(4))
    )
    assert query.ndcg(lambda _, text: 0.0) == pytest.approx(  # equal: by id, descending, as trec_eval does
        (1 / math.log2(3) + 2 / math.log2(4)) / (3 + 2 / math.log2(3) + 1 / math.log2(4))
    )


def test_candidates_are_the_runs_best_with_their_titles(tmp_path: Path) -> None:
    ranking = collection(tmp_path / "set")
    first, second = judged_queries(ranking.collection, ranking.run, ranking.top, ranking.queries)
    assert first.query == "undo a commit" and first.documents == {"a": "Bread. Yeast", "b": "git reset"}
    assert second.grades == {"a": 1}
    assert len(judged_queries(ranking.collection, ranking.run, 2, 1)) == 1


def test_a_wrong_collection_is_reported(tmp_path: Path) -> None:
    ranking = collection(tmp_path / "set")
    ranking.run.write_text("1 Q0 nowhere 1 9 bm25\n")
    with pytest.raises(BundleError, match="names nowhere, but .*set does not have it"):
        judged_queries(ranking.collection, ranking.run, 2, 5)
    ranking.run.write_text("1 Q0 a 1 9\n")
    with pytest.raises(BundleError, match="first.run:1 has 5 columns; expected 6"):
        judged_queries(ranking.collection, ranking.run, 2, 5)
    with pytest.raises(BundleError, match="has no queries.jsonl"):
        judged_queries(tmp_path, ranking.run, 2, 5)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("queries.jsonl", "null\n", "queries.jsonl:1 is 'null'; expected an object whose id, text and title, if any, are texts"),
        ("queries.jsonl", '{"id": "1", "text": "x"}\n{"id": "2"}\n', "queries.jsonl:2 is .*; expected an object whose id"),
        ("queries.jsonl", '{"id": 1, "text": "x"}\n', "queries.jsonl:1 is .*; expected an object whose id"),
        ("queries.jsonl", '{"id": "1", "text": "x", "title": 5}\n', "queries.jsonl:1 is .*; expected an object whose id"),
        ("queries.jsonl", "{\n", "queries.jsonl:1 is not valid JSON"),
        ("queries.jsonl", '{"id": "1", "text": "\\ud800"}\n', "queries.jsonl:1 is not valid JSON"),
        ("queries.jsonl", '{"id": "1", "text": "x", "rank": NaN}\n', "queries.jsonl:1 is not valid JSON: NaN is not a finite number"),
        ("queries.jsonl", '{"id": "1", "text": "x", "rank": -Infinity}\n', "queries.jsonl:1 is not valid JSON: -Infinity is not a finite number"),
        ("queries.jsonl", '{"id": "1", "text": "x", "rank": 1e999}\n', "queries.jsonl:1 is not valid JSON: 1e999 is not a finite number"),
        ("queries.jsonl", b'{"id": "1", "text": "x"}\n{"id": "2", "text": "\xe9"}\n', "queries.jsonl:2 is not UTF-8; expected a text in UTF-8"),
        ("queries.jsonl", '{"id": "1", "text": "x"}\n'.encode("utf-16"), "queries.jsonl:1 is not UTF-8"),
        ("queries.jsonl", "", "queries.jsonl is empty; expected at least one line"),
        ("qrels.tsv", "\n", "qrels.tsv is empty"),
        ("qrels.tsv", b"1\tb\t2\n2\t\xed\xa0\x80\t1\n", "qrels.tsv:2 is not UTF-8"),  # half a character
        ("qrels.tsv", "1\tb\t2\n2\ta\tyes\n", "qrels.tsv:2 has the grade 'yes'; expected a whole number with up to 9 digits"),
        ("qrels.tsv", f"1\tb\t{'9' * 5000}\n", "qrels.tsv:1 has the grade '9{40}'; expected"),
        ("qrels.tsv", "1\tb\t1_0\n", "qrels.tsv:1 has the grade '1_0'"),
        ("first.run", "1 Q0 a 1 best bm25\n", "first.run:1 has the score 'best'; expected a finite number"),
        ("first.run", "1 Q0 a 1 nan bm25\n", "first.run:1 has the score 'nan'"),
        ("first.run", "1 Q0 a 1 1e999 bm25\n", "first.run:1 has the score '1e999'"),
        ("first.run", b"1 Q0 \xe9 1 9 bm25\n", "first.run:1 is not UTF-8"),
        ("first.run", "", "first.run is empty"),
        ("corpus.jsonl.gz", b"no gzip", "corpus.jsonl.gz cannot be read: Not a gzipped file"),
        ("corpus.jsonl.gz", CORPUS[:-4], "corpus.jsonl.gz cannot be read after line 1: Compressed file ended .*; expected a complete .gz file"),
        ("corpus.jsonl.gz", CORPUS[:-8] + b"\0" * 8, "corpus.jsonl.gz cannot be read after line 1: CRC check failed"),
        ("corpus.jsonl.gz", CORPUS[:10] + b"\xff" * 9, "corpus.jsonl.gz cannot be read: Error -3 while decompressing"),
    ],
)  # fmt: skip
def test_a_file_of_a_collection_that_cannot_be_read_is_reported(file: str, content: str | bytes, message: str, tmp_path: Path) -> None:
    ranking = collection(tmp_path / "set")
    (tmp_path / "set" / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BundleError, match=message):
        judged_queries(ranking.collection, ranking.run, 2, 5)


@pytest.mark.parametrize(
    ("file", "lines", "message"),
    [
        ("corpus.jsonl", '{"id": "a", "text": "Yeast"}\n{"id": "a", "text": "Iron"}\n', "corpus.jsonl:2 has another text for a than a line before; expected one"),
        ("queries.jsonl", '{"id": "1", "text": "bread"}\n{"id": "1", "text": "iron"}\n', "queries.jsonl:2 has another text for 1"),
        ("qrels.tsv", "1\tb\t2\n1\ta\t2\n1\tb\t1\n", "qrels.tsv:3 has another grade for b"),
        ("first.run", "1 Q0 a 1 9 bm25\n2 Q0 a 1 8 bm25\n1 Q0 a 2 8 bm25\n", "first.run:3 has another score for a"),
    ],
)
def test_a_line_that_contradicts_an_earlier_one_is_reported(file: str, lines: str, message: str, tmp_path: Path) -> None:
    ranking = collection(tmp_path / "set")
    (tmp_path / "set" / file).write_text(lines)
    with pytest.raises(BundleError, match=message):
        judged_queries(ranking.collection, ranking.run, 2, 5)


def test_repeated_lines_blank_lines_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    ranking = collection(tmp_path / "set")
    expected = judged_queries(ranking.collection, ranking.run, 2, 5)
    for file in ("queries.jsonl", "qrels.tsv", "first.run"):
        lines = (tmp_path / "set" / file).read_text().splitlines()
        (tmp_path / "set" / file).write_bytes("\ufeff{}\r\n".format("\r\n\r\n".join([*lines, lines[0]])).encode())
    assert judged_queries(ranking.collection, ranking.run, 2, 5) == expected


def test_a_folder_in_place_of_a_file_is_reported(tmp_path: Path) -> None:
    ranking = collection(tmp_path / "set")
    with pytest.raises(BundleError, match="set cannot be read: Is a directory"):
        judged_queries(ranking.collection, ranking.collection, 2, 5)
    (tmp_path / "set" / "qrels.tsv").unlink()
    (tmp_path / "set" / "qrels.tsv").mkdir()
    with pytest.raises(BundleError, match="has no qrels.tsv or qrels.tsv.gz"):
        judged_queries(ranking.collection, ranking.run, 2, 5)


def test_a_title_may_be_null(tmp_path: Path) -> None:
    ranking = collection(tmp_path / "set")
    (tmp_path / "set" / "queries.jsonl").write_text('{"id": "1", "text": "undo a commit", "title": null}\n')
    assert [each.query for each in judged_queries(ranking.collection, ranking.run, 2, 1)] == ["undo a commit"]


def test_a_damaged_bundle_is_reported(tmp_path: Path) -> None:
    out, checkpoint = bundle(tmp_path)
    described = (out / "reranker.json").read_text()
    for content, problem in (
        (b"", "is not valid JSON"),
        (b"{}\xe9", "is not valid JSON"),
        (b"[" * 10**5, "is not valid JSON"),
        (b"null", "is 'null'; expected a JSON object with fields"),
        (b"{}", "has no field head; expected a manifest that compile wrote"),
    ):
        (out / "reranker.json").write_bytes(content)
        with pytest.raises(BundleError, match=f"reranker.json {problem}"):
            check(out, checkpoint, None)
    (out / "reranker.json").write_text(described)
    (out / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(BundleError, match="model.onnx cannot be loaded by onnxruntime: .*; expected a whole ONNX graph"):
        check(out, checkpoint, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("max_tokens", "x"), ("max_tokens", math.inf), ("output", None), ("inputs", {}), ("head", {"type": "two-class", "relevant": 1, "other": 0}), ("parts", 5)],
)
def test_a_manifest_that_does_not_fit_the_graph_is_reported(field: str, value: object, tmp_path: Path) -> None:
    out, checkpoint = bundle(tmp_path)
    described = json.loads((out / "reranker.json").read_text())
    (out / "reranker.json").write_text(json.dumps(described | {field: value}))
    with pytest.raises(BundleError, match="bundle cannot score a pair .*; expected a reranker.json that fits the other files: compile the model again"):
        check(out, checkpoint, None)


def test_a_readme_in_another_encoding_is_reported(tmp_path: Path) -> None:
    out, checkpoint = bundle(tmp_path)
    (out / "README.md").write_bytes("# Modèle\n".encode("latin-1"))
    with pytest.raises(BundleError, match="README.md is not UTF-8; expected"):
        check(out, checkpoint, None)


@pytest.mark.parametrize(("option", "value"), [("--top", "0"), ("--queries", "-1"), ("--queries", "x")])
def test_at_least_one_candidate_and_one_query_are_ranked(
    option: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bundle", "check", "x", "--checkpoint", "y", option, value])
    with pytest.raises(SystemExit):
        main()
    assert f"argument {option}: '{value}' is not a count; expected a number of at least 1" in capsys.readouterr().err


def test_a_loss_is_negative_and_in_percent_of_the_reference() -> None:
    assert relative_difference(0.49, 0.5) == "-2.00%"
    assert relative_difference(0.51, 0.5) == "+2.00%"
    assert relative_difference(0.1, 0.0) == "–"


def test_spearman_shares_ranks() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0])).tolist() == [2.5, 1.0, 2.5]
    assert spearman(np.array([1.0, 2.0, 3.0]), np.array([9.0, 5.0, 1.0])) == pytest.approx(-1)
