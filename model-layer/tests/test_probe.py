"""The minimal pairs: what the file promises, and what the command makes of them."""

import difflib
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from zlib import crc32

import pytest

from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.precision import Precision
from bundle.scorer import Scorer
from tests.checkpoints import bert, electra
from train import probe
from train.probe import PROBES, Finding, Probe, figures_by_kind, figures_of, findings_of, probes_of, table

REMOVED, REPLACED = "answer-removed", "answer-replaced"
EXCHANGED = {"entity", "number", "number-inferred", "role", "negation"}
ENOUGH = 48  # of each kind
MOST_CHANGED_WORDS = 4
LARGEST_SHARE = 0.25  # of one domain
MOST_BY_SHARED_WORDS = 0.65  # half is chance


@pytest.fixture(scope="module")
def probes() -> list[Probe]:
    return probes_of(PROBES)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def changes(probe: Probe) -> list[tuple[list[str], list[str]]]:
    """The runs of words that differ: those of the right passage, and what the wrong one has in their place."""
    right, wrong = probe.right.split(), probe.wrong.split()
    blocks = difflib.SequenceMatcher(None, right, wrong, autojunk=False).get_opcodes()
    return [(right[a:b], wrong[c:d]) for kind, a, b, c, d in blocks if kind != "equal"]


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", text)


def test_there_are_enough_pairs_of_each_kind_and_of_many_domains(probes: list[Probe]) -> None:
    kinds = Counter(probe.kind for probe in probes)
    assert kinds.keys() == EXCHANGED | {REMOVED, REPLACED}
    assert all(kinds[kind] >= ENOUGH for kind in EXCHANGED)
    assert min(kinds[REMOVED], kinds[REPLACED]) >= ENOUGH / 2
    domains = Counter(probe.domain for probe in probes)
    assert len(domains) >= 8
    assert max(domains.values()) <= LARGEST_SHARE * len(probes)


def test_no_query_and_no_passage_serves_two_sets(probes: list[Probe]) -> None:
    assert len({probe.query for probe in probes}) == len(probes)
    sets = {(probe.set, passage) for probe in probes for passage in (probe.right, probe.wrong)}
    assert len({passage for _, passage in sets}) == len(sets)


def test_queries_and_passages_are_of_a_natural_length(probes: list[Probe]) -> None:
    assert all(3 <= len(probe.query.split()) <= 15 for probe in probes)
    assert all(15 <= len(passage.split()) <= 60 for probe in probes for passage in (probe.right, probe.wrong))


def test_twins_prefer_each_the_passage_that_the_other_does_not(probes: list[Probe]) -> None:
    sets: dict[int, list[Probe]] = {}
    for found in probes:
        sets.setdefault(found.set, []).append(found)
    for found in sets.values():
        if found[0].kind == REMOVED:
            assert len(found) == 1
        else:
            first, second = found
            assert (first.kind, first.domain) == (second.kind, second.domain)
            assert (first.right, first.wrong) == (second.wrong, second.right)


def test_the_passages_of_a_pair_differ_in_few_words(probes: list[Probe]) -> None:
    for found in probes:
        if found.kind in EXCHANGED:
            assert 1 <= sum(max(map(len, change)) for change in changes(found)) <= MOST_CHANGED_WORDS, found


def test_an_answer_is_one_sentence_that_the_other_passage_lacks(probes: list[Probe]) -> None:
    for found in probes:
        if found.kind in (REMOVED, REPLACED):
            right, wrong = sentences(found.right), sentences(found.wrong)
            assert 3 <= len(right) <= 5
            (answer,) = [sentence for sentence in right if sentence not in wrong]
            filler = [sentence for sentence in wrong if sentence not in right]
            assert len(filler) == (found.kind == REPLACED)
            assert all(abs(len(sentence.split()) - len(answer.split())) <= 2 for sentence in filler)


@pytest.mark.parametrize("kind", sorted(EXCHANGED))
def test_counting_shared_words_hardly_finds_the_answer(probes: list[Probe], kind: str) -> None:
    shared = [
        len(query & set(words(found.right))) - len(query & set(words(found.wrong)))
        for found in probes
        if found.kind == kind
        for query in [set(words(found.query))]
    ]
    assert (sum(more > 0 for more in shared) + sum(more == 0 for more in shared) / 2) / len(shared) <= MOST_BY_SHARED_WORDS


def test_a_model_that_does_not_read_the_query_is_right_in_half_of_the_pairs_and_in_no_twins(probes: list[Probe]) -> None:
    blind = figures_by_kind(findings_of(probes, lambda query, passage: crc32(passage.encode())))
    assert all((blind[kind].correct, blind[kind].twins) == (0.5, 0.0) for kind in EXCHANGED | {REPLACED})


def test_figures_count_pairs_and_whole_twins_and_a_tie_is_not_right() -> None:
    pair = Probe(1, "role", "sport", "who won", "A beat B.", "B beat A.")
    alone = Probe(3, "role", "sport", "who lost", "A beat C.", "C beat A.")
    second = Probe(2, "role", "sport", "who", "A.", "B.")
    findings = [Finding(pair, 2.0), Finding(pair, 1.0), Finding(second, 3.0), Finding(second, 0.0), Finding(alone, -1.0)]
    found = figures_of(findings)
    assert (found.correct, found.twins, found.margin) == (0.6, 0.5, 1.0)
    assert figures_of([Finding(alone, -1.0)]).twins is None
    assert table({"x": findings}).splitlines()[2] == "| role | 5 | 0.60 / 0.50 / +1.00 |"


def test_the_command_prints_a_column_for_each_bundle_and_the_pairs_that_it_gets_wrong(
    probes: list[Probe], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for make, folder in zip((bert, electra), folders, strict=True):
        compile(Request(make(tmp_path / f"{folder.name}-checkpoint"), folder, Precision.FP32, folder.name, "MIT", 1, None, False))
    monkeypatch.setattr(sys, "argv", ["probe", *map(str, folders), "--wrong"])
    probe.main()
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    scorer = Scorer(folders[1])
    expected = findings_of(probes, lambda query, passage: scorer.logit(scorer.encode(query, passage)))
    assert lines[0] == "| kind | pairs | one | two |"
    assert lines[9].startswith(f"| all | {len(probes)} | ")
    assert lines[9].endswith(f" | {figures_of(expected)} |")
    wrong = printed.partition("\ntwo\n")[2]
    assert wrong.count("  right: ") == sum(not finding.correct for finding in expected)


def test_two_bundles_of_one_id_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    compile(Request(bert(tmp_path / "checkpoint"), tmp_path / "bundle", Precision.FP32, "x", "MIT", 1, None, False))
    monkeypatch.setattr(sys, "argv", ["probe", str(tmp_path / "bundle"), str(tmp_path / "bundle")])
    with pytest.raises(SystemExit):
        probe.main()
    assert "two bundles have the id x" in capsys.readouterr().err


def test_a_folder_that_is_no_bundle_is_reported_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "train.probe", tmp_path], capture_output=True, text=True, check=False)
    expected = f"{tmp_path} has no reranker.json; expected the folder of a bundle that compile wrote\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


@pytest.mark.parametrize("changed", [{"set": "1"}, {"right": None}])
def test_a_pair_that_cannot_be_read_is_reported(changed: dict[str, object], tmp_path: Path) -> None:
    first, *_ = PROBES.read_text().splitlines()
    (tmp_path / "pairs.jsonl").write_text(f"{first}\n{json.dumps(json.loads(first) | changed)}\n")
    with pytest.raises(BundleError, match="pairs.jsonl:2 is .*; expected an object with the number set and the texts kind, domain, query, right, wrong"):
        probes_of(tmp_path / "pairs.jsonl")
