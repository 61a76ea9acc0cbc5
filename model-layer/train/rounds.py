"""The order in which a student sees scored groups, and how it goes on after an interruption.

A round is one pass over some blocks, mixed. The first round takes the blocks that are scored by then. Each later round takes
the blocks that were scored meanwhile, or all of them where those are few. Held-out queries are in no round.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.groups import ScoredGroup, groups_of, scored_blocks
from train.training_data import is_held_out

FEWEST_NEW = 8  # blocks that make a round of their own


@dataclass(frozen=True)
class Position:
    """How far a training has come in its rounds."""

    round: int
    blocks: tuple[int, ...]  # of this round
    taken: int  # groups of this round
    seen: frozenset[int]  # blocks of this round and of earlier ones


@dataclass(frozen=True)
class Rounds:
    candidates: Path
    scores: list[Path]
    seed: int
    batch: int
    """Groups in a batch; a round leaves out the few that fill no batch."""

    def first(self) -> Position:
        blocks = tuple(scored_blocks(self.candidates, self.scores))
        return Position(0, blocks, 0, frozenset(blocks))

    def after(self, position: Position) -> Position:
        """Where the round after this one begins."""
        scored = scored_blocks(self.candidates, self.scores)
        new = [number for number in scored if number not in position.seen]
        blocks = tuple(new if len(new) >= FEWEST_NEW else scored)
        return Position(position.round + 1, blocks, 0, position.seen | set(blocks))

    def batches(self, position: Position) -> Iterator[tuple[list[ScoredGroup], Position]]:
        """Batches without end, each with the position behind it."""
        while True:
            groups = self._groups(position)
            if len(groups) < self.batch:
                raise SystemExit(f"{len(groups)} groups have all scores; expected at least {self.batch}: run train.score first")
            for end in range(position.taken + self.batch, len(groups) + 1, self.batch):
                yield groups[end - self.batch : end], Position(position.round, position.blocks, end, position.seen)
            position = self.after(position)

    def _groups(self, position: Position) -> list[ScoredGroup]:
        """All groups of a round, in its order."""
        groups = [group for group in groups_of(self.candidates, self.scores, position.blocks) if not is_held_out(group.query)]
        order = np.random.default_rng([self.seed, position.round]).permutation(len(groups))
        return [groups[i] for i in order]

    def held_out(self, most: int) -> list[ScoredGroup]:
        """The first held-out groups of all that are scored."""
        groups = groups_of(self.candidates, self.scores)
        return [group for group in groups if is_held_out(group.query)][:most]
