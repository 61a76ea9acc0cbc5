"""All scored groups in memory: what a student learns from, and what it is checked with."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bundle.counted import counted
from train.ensemble import Ensemble
from train.groups import groups_of
from train.order import kind_of
from train.training_data import TrainingData, is_held_out


@dataclass(frozen=True)
class Groups:
    queries: np.ndarray  # [groups], places in the triples
    passages: np.ndarray  # [groups, candidates], ids, the positive first
    targets: np.ndarray  # [groups, candidates], the teachers' weighted scores
    negatives: np.ndarray  # [groups, candidates], whether a candidate is wrong for the label

    def at(self, places: np.ndarray | slice) -> "Groups":
        return Groups(self.queries[places], self.passages[places], self.targets[places], self.negatives[places])

    def sha256(self) -> str:
        parts = (self.queries, self.passages, self.targets, self.negatives)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def load_groups(data: TrainingData, candidates: Path, scores: list[Path], ensemble: Ensemble) -> Groups:
    """All groups that every teacher has scored, in their order on disk."""
    found = list(groups_of(candidates, scores))
    if not found:
        raise SystemExit(f"no block of {candidates} has all scores; run train.score first")
    targets = np.stack([ensemble.targets(kind_of(data.triples[group.query]), group.scores) for group in found])
    if np.isnan(targets).any():
        raise SystemExit("a teacher with a weight has not scored all queries; score them, or make the ensemble anew with train.ensemble")
    return Groups(
        np.array([group.query for group in found]),
        np.stack([group.passages for group in found]),
        targets,
        np.stack([group.negatives() for group in found]),
    )


@dataclass(frozen=True)
class TrainingSet:
    training: Groups
    held_out: Groups

    def batch(self, step: int, groups: int, seed: int) -> Groups:
        """The groups of a step, from 0. Each pass over the data has another order, and leaves out the last few groups."""
        of_pass = len(self.training.queries) // groups
        if not of_pass:
            have = counted(len(self.training.queries), "group")
            raise SystemExit(f"{have} for training; expected at least {groups}: score more blocks, or use a smaller --groups")
        number, place = divmod(step, of_pass)
        return self.training.at(shuffled(len(self.training.queries), seed, number)[place * groups : (place + 1) * groups])


@lru_cache(1)
def shuffled(count: int, seed: int, number: int) -> np.ndarray:
    return np.random.default_rng([seed, number]).permutation(count)


def split(groups: Groups, most_held_out: int) -> TrainingSet:
    """Held-out queries are in no batch."""
    held_out = np.array([is_held_out(query) for query in groups.queries.tolist()])
    if not held_out.any():
        raise SystemExit("no scored query is held out, as every 64th of the data is; expected at least one: score more blocks")
    return TrainingSet(groups.at(np.flatnonzero(~held_out)), groups.at(np.flatnonzero(held_out)[:most_held_out]))
