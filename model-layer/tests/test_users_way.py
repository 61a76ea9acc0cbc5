"""
What a user does with a model of each family: fetch it from a hub, compile it, check it, rank with it, and run the packaged
function with all of them under Lambda's runtime client.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bundle.__main__ import main
from bundle.scorer import Scorer
from tests.checkpoints import deberta, electra, ettin, monot5, qwen2, qwen3, xlm_roberta
from tests.hub import COMMIT, Hub

COMMAND = Path(__file__).parents[2] / "snapranker"
NO_JDK = 3
QUERY = "how do I undo the last commit"
DOCUMENTS = ["Run git reset --soft HEAD~1.", "Yeast makes carbon dioxide.", "The iron tower stands in Paris. " * 30]
"""The last one is longer than any window."""


@dataclass(frozen=True)
class Family:
    make: Callable[[Path], Path]
    options: tuple[str, ...] = ()
    """What the family needs for compile (docs/bring-your-model.md)."""


FAMILIES = {
    "deberta": Family(deberta),
    "electra": Family(electra),
    "ettin": Family(ettin),
    "monot5": Family(monot5),
    "qwen2": Family(qwen2, ("--prompt", "mxbai-rerank-v2", "--max-tokens", "256")),
    "qwen3": Family(qwen3, ("--max-tokens", "256")),
    "xlm-roberta": Family(xlm_roberta),
}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    """Builds the program if that has not been done."""
    started = subprocess.run([COMMAND, "--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if started.returncode == NO_JDK and "JDK" in started.stderr and "build failed" not in started.stderr:
        pytest.skip(f"./snapranker does not start here: {started.stderr.strip()}")
    assert started.returncode == 0, started.stderr


@pytest.fixture
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    """A hub with one model, as its authors would publish it."""
    published = FAMILIES[request.param].make(tmp_path / "published")
    files = {str(file.relative_to(published)): file.read_bytes() for file in published.rglob("*") if file.is_file()}
    with Hub(f"some/{request.param}", files | {"README.md": b"---\nlicense: apache-2.0\n---\n"}) as hub:
        yield hub


def snapranker(*arguments: str | Path, models: Path) -> str:
    environment = {**os.environ, "MODEL_DIR": str(models)}
    done = subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def bundle(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    """python -m bundle, without the seconds in which a new process loads torch."""
    monkeypatch.setattr(sys, "argv", ["bundle", *map(str, arguments)])
    main()


def fetch(hub: Hub, out: Path) -> None:
    """In a process of its own, because the hub's client reads its address once."""
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(out.parent / "home")}
    command = [sys.executable, "-m", "bundle", "fetch", hub.id, "--revision", COMMIT, "--out", str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("hub", "family"), [(name, name) for name in FAMILIES], indirect=["hub"])
def test_a_model_of_the_hub_ranks(hub: Hub, family: str, bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint, out = tmp_path / "checkpoint", bundles / family
    fetch(hub, checkpoint)
    bundle(monkeypatch, "compile", checkpoint, "--out", out, "--id", family, "--languages", "en", *FAMILIES[family].options)
    pairs = tmp_path / "pairs.jsonl"  # fewer than the command has, for the time
    pairs.write_text("".join(json.dumps({"query": QUERY, "document": document}) + "\n" for document in [*DOCUMENTS, "iron", "bread"]))
    monkeypatch.setattr("bundle.check.PAIRS", pairs)
    bundle(monkeypatch, "check", out, "--checkpoint", checkpoint)
    card = (out / "README.md").read_text()
    assert re.search(r"^\| 5 \| [12] \| 0 \|", card, re.MULTILINE), card  # pairs, truncated, with other tokens

    (tmp_path / "candidates.jsonl").write_text("".join(json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(DOCUMENTS)))
    table = snapranker("rank", "--query", QUERY, "--candidates", tmp_path / "candidates.jsonl", models=out).splitlines()
    scorer = Scorer(out)
    logits = [scorer.logit(scorer.encode(QUERY, document)) for document in DOCUMENTS]
    assert [int(line.split()[2]) for line in table[1 : 1 + len(DOCUMENTS)]] == sorted(range(len(DOCUMENTS)), key=lambda i: -logits[i])


def test_the_packaged_function_ranks_with_each_of_them(bundles: Path, tmp_path: Path) -> None:
    """After the tests above, whose bundles one function holds."""
    made = sorted(folder.name for folder in bundles.iterdir())
    assert made
    events = []
    for name in made:
        event = {"query": QUERY, "candidates": DOCUMENTS, "model": name, "raw_scores": True}
        (tmp_path / f"{name}.json").write_text(json.dumps(event))
        events += ["--event", tmp_path / f"{name}.json"]
    replies = snapranker("lambda", "--snapstart", "--repeat", "1", "--env", "PRIMING_SECONDS=0", "--env", f"STAGES={made[0]}", *events, models=bundles).splitlines()
    for name, reply in zip(made, map(json.loads, replies), strict=True):
        scorer = Scorer(bundles / name)
        logits = [scorer.logit(scorer.encode(QUERY, document)) for document in DOCUMENTS]
        found = {result["index"]: result["score"] for result in reply["results"]}
        assert reply["model"] == name
        assert [found[i] for i in range(len(DOCUMENTS))] == pytest.approx(logits, abs=1e-3)
