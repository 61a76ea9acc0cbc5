"""Reads training data: queries with a positive passage and hard negatives, drawn by the weights of their sources.

passages.jsonl.xz contains {id, text}. triples.jsonl.xz contains {q, p: the positive's id, n: the ids of BM25's best other
passages, s: source}.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bundle.json_files import objects_of

# How often a source's query is drawn. Questions from people are drawn more often than headings and titles.
WEIGHTS = {
    "boolq": 2.5, "clapnq": 3.0, "dstc9-faq": 1.5, "interview-open": 3.0, "lfrqa": 3.0, "medquad": 2.0, "selqa": 3.0,
    "squad-sent": 1.5, "stackexchange": 3.0, "strategyqa": 2.0, "wiki-ict": 1.0, "scitldr": 2.0, "arxiv-title": 1.5,
    "aws-docs": 0.5, "ms-docs": 0.6, "ms-cpp-docs": 0.5, "open-md-docs": 0.6, "open-rst-docs": 0.5, "openstax": 0.7,
    "openstax-glossary": 0.7, "factbook": 0.5, "tldr": 1.5, "wiki-sections": 0.5, "python-functions": 1.0,
}
PASSAGE, TRIPLE = {"id": int, "text": str}, {"q": str, "p": int, "n": list, "s": str}
OTHER_WEIGHT = 1.0  # of a source that is not listed above
HELD_OUT = 64  # every 64th query is held out: it is not used for training, and training reports how well it is ranked
JOINED = 0.08  # the share of groups in which passages are joined with their neighbours, for documents longer than a passage


@dataclass(frozen=True)
class Triple:
    query: str
    positive: int
    negatives: list[int]
    source: str


@dataclass(frozen=True)
class Group:
    """A query and its candidates, the positive first."""

    query: str
    ids: list[int]
    texts: list[str]


def is_held_out(place: int) -> bool:
    """Whether the query at this index in triples.jsonl.xz is held out from training."""
    return place % HELD_OUT == 0


def read_lines(file: Path, types: Mapping[str, type] = MappingProxyType({}), expected: str = "an object") -> Iterator[dict[str, Any]]:
    """The object on each line. types: of the fields that each must have; expected: the same in words"""
    return (line for _, line in objects_of(file, types, expected))


SOURCES = Path(__file__).parent / "sources.json"


def changed_files(folder: Path) -> list[str]:
    """The data files that differ from the files in sources.json."""
    files = json.loads(SOURCES.read_text(encoding="utf-8"))["files"]
    return [n for n, spec in files.items() if hashlib.sha256((folder / n).read_bytes()).hexdigest() != spec["sha256"]]


class TrainingData:
    def __init__(self, folder: Path) -> None:
        self.passages = {line["id"]: line["text"] for line in read_lines(folder / "passages.jsonl.xz", PASSAGE, "an object with a number id and a text")}
        triples = read_lines(folder / "triples.jsonl.xz", TRIPLE, "an object with the texts q and s, the number p and the list n")
        self.triples = [Triple(d["q"], d["p"], d["n"], d["s"]) for d in triples]
        self.held_out = [triple for place, triple in enumerate(self.triples) if is_held_out(place)]
        self.training = [triple for place, triple in enumerate(self.triples) if not is_held_out(place)]

    def group(self, triple: Triple, negatives: int, rng: random.Random) -> Group:
        """A group: the positive, hard negatives without BM25's first hit (often a right answer), and a random passage."""
        hard = triple.negatives[1:]
        ids = [triple.positive, *rng.sample(hard, min(len(hard), negatives - 1))]
        while len(ids) < negatives + 1:
            ids.append(rng.randrange(len(self.passages)))
        texts = [self.passages[i] for i in ids]
        if rng.random() < JOINED:
            texts = [self.joined(i, rng) for i in ids]
        return Group(triple.query, ids, texts)

    def joined(self, passage: int, rng: random.Random) -> str:
        neighbour = self.passages.get(passage + 1, "")
        first, second = rng.sample([self.passages[passage], neighbour], 2)
        return f"{first} {second}"

    def groups(self, negatives: int, seed: int) -> Iterator[Group]:
        """Endless groups. Each query is drawn by its source's weight."""
        rng = random.Random(seed)
        while True:
            for triple in draw_by_weight(self.training, rng):
                yield self.group(triple, negatives, rng)

    def held_out_groups(self, negatives: int, queries: int) -> list[Group]:
        """The held-out groups, the same in each call."""
        rng = random.Random(0)
        return [self.group(triple, negatives, rng) for triple in rng.sample(self.held_out, queries)]


def draw_by_weight(triples: list[Triple], rng: random.Random) -> list[Triple]:
    """The triples in random order. A source's weight decides how often each triple occurs."""
    drawn = [triple for triple in triples for _ in range(copies(WEIGHTS.get(triple.source, OTHER_WEIGHT), rng))]
    rng.shuffle(drawn)
    return drawn


def copies(weight: float, rng: random.Random) -> int:
    return int(weight) + (rng.random() < weight % 1)
