"""The order in which a student sees scored groups, and how it continues after an interruption.

A round is one pass over some blocks in mixed order. The first round uses the blocks that are already scored. Each later round
uses the blocks that were scored in the meantime, or all blocks if those are few. Held-out queries are in no round.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bundle.counted import counted
from train.groups import ScoredGroup, groups_of, scored_blocks
from train.training_data import is_held_out

FEWEST_NEW = 8  # a round needs at least this many new blocks to use only them


@dataclass(frozen=True)
class Position:
    """The position of a training in its rounds."""

    round: int
    blocks: tuple[int, ...]  # of this round
    taken: int  # groups of this round so far
    seen: frozenset[int]  # blocks of this round and of earlier ones


@dataclass(frozen=True)
class Rounds:
    candidates: Path
    scores: list[Path]
    seed: int
    batch: int
    """Groups in a batch. A round leaves out the last few groups that do not fill a batch."""

    def first(self) -> Position:
        blocks = tuple(scored_blocks(self.candidates, self.scores))
        return Position(0, blocks, 0, frozenset(blocks))

    def after(self, position: Position) -> Position:
        """The position at the start of the next round."""
        scored = scored_blocks(self.candidates, self.scores)
        new = [number for number in scored if number not in position.seen]
        blocks = tuple(new if len(new) >= FEWEST_NEW else scored)
        return Position(position.round + 1, blocks, 0, position.seen | set(blocks))

    def batches(self, position: Position) -> Iterator[tuple[list[ScoredGroup], Position]]:
        """Endless batches, each with the position after it."""
        while True:
            groups = self._groups(position)
            if len(groups) < self.batch:
                raise SystemExit(f"{counted(len(groups), 'group')} with all scores; expected at least {self.batch}: run train.score first")
            for end in range(position.taken + self.batch, len(groups) + 1, self.batch):
                yield groups[end - self.batch : end], Position(position.round, position.blocks, end, position.seen)
            position = self.after(position)

    def _groups(self, position: Position) -> list[ScoredGroup]:
        """All groups of a round, in the round's order."""
        groups = [group for group in groups_of(self.candidates, self.scores, position.blocks) if not is_held_out(group.query)]
        order = np.random.default_rng([self.seed, position.round]).permutation(len(groups))
        return [groups[i] for i in order]

    def held_out(self, most: int) -> list[ScoredGroup]:
        """The first held-out groups among all scored ones."""
        groups = groups_of(self.candidates, self.scores)
        return [group for group in groups if is_held_out(group.query)][:most]
