"""Reads training data: queries with a positive passage. Sources have weights, by which `held_out.py` draws queries.

passages.jsonl.xz contains {id, text}. triples.jsonl.xz contains {q, p: the positive's id, n: the ids of BM25's best other
passages, s: source}.
"""

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


@dataclass(frozen=True)
class Triple:
    query: str
    positive: int
    negatives: list[int]
    source: str


def is_held_out(place: int) -> bool:
    """Whether the query at this index in triples.jsonl.xz is held out from training."""
    return place % HELD_OUT == 0


def read_lines(file: Path, types: Mapping[str, type] = MappingProxyType({}), expected: str = "an object") -> Iterator[dict[str, Any]]:
    """The object on each line. types: of the fields that each must have; expected: the same in words"""
    return (line for _, line in objects_of(file, types, expected))


class TrainingData:
    def __init__(self, folder: Path) -> None:
        self.passages = {line["id"]: line["text"] for line in read_lines(folder / "passages.jsonl.xz", PASSAGE, "an object with a number id and a text")}
        triples = read_lines(folder / "triples.jsonl.xz", TRIPLE, "an object with the texts q and s, the number p and the list n")
        self.triples = [Triple(d["q"], d["p"], d["n"], d["s"]) for d in triples]
        self.held_out = [triple for place, triple in enumerate(self.triples) if is_held_out(place)]


def draw_by_weight(triples: list[Triple], rng: random.Random) -> list[Triple]:
    """The triples in random order. A source's weight decides how often each triple occurs."""
    drawn = [triple for triple in triples for _ in range(copies(WEIGHTS.get(triple.source, OTHER_WEIGHT), rng))]
    rng.shuffle(drawn)
    return drawn


def copies(weight: float, rng: random.Random) -> int:
    return int(weight) + (rng.random() < weight % 1)
