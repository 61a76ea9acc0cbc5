"""Reads training groups of mined candidates and teachers' scores from disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.blocks import Blocks
from train.score import MISSING, STEPS

MINERS = ("bi-encoder", "bm25")  # the teachers that mined the candidates


@dataclass(frozen=True)
class ScoredGroup:
    """A query's candidates, the positive first, and each teacher's scores."""

    query: int  # index in triples.jsonl.xz
    passages: np.ndarray  # [candidates], ids
    kinds: np.ndarray  # [candidates], places in mine.KINDS
    scores: np.ndarray  # [teachers, candidates]; NaN where a teacher has not scored the query

    def negatives(self) -> np.ndarray:
        """
        Which candidates count as wrong for the label, [candidates].

        A candidate that all teachers rank above the positive may be as good an answer, so it does not count as wrong. One
        teacher is not enough for this, because each has blind spots.
        """
        given = self.scores[~np.isnan(self.scores[:, 0])]
        better = (given > given[:, :1]).all(axis=0)
        better[0] = True  # the positive itself
        return ~better


def logits_of(stored: np.ndarray) -> np.ndarray:
    return np.where(stored == MISSING, np.nan, stored / STEPS)


def teachers_of(scores: list[Path]) -> list[str]:
    """The teachers' names in the order of ScoredGroup.scores. A folder of scores has its teacher's name."""
    return [*MINERS, *(folder.resolve().name for folder in scores)]


def groups_of(candidates: Path, scores: list[Path]) -> Iterator[ScoredGroup]:
    """
    The groups of all blocks that every folder of scores has, in their order. The teachers are the bi-encoder and BM25, which
    mined the candidates, then one for each folder.
    """
    mined, made = Blocks(candidates), [Blocks(folder) for folder in scores]
    for number in mined.numbers():
        if not all(blocks.has(number) for blocks in made):
            continue
        block = mined.read(number)
        parts = [block["cosines"], block["shares"], *(logits_of(blocks.read(number)["logits"]) for blocks in made)]
        teachers = np.stack(parts, axis=1).astype(np.float32)  # [queries, teachers, candidates]
        for query, passages, kinds, row in zip(block["queries"].tolist(), block["passages"], block["kinds"], teachers):
            yield ScoredGroup(query, passages, kinds, row)
