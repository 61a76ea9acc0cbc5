"""Trains cross layers on candidates and teachers' scores from disk.

    python -m train.student --data DATA --candidates CANDIDATES --scores SCORES/l12 SCORES/readings --ensemble ENSEMBLE.json \\
        --start START --rows SCORES/readings --pairs 1000000 --out STUDENT [--until 17:50]

START is the checkpoint that `start.py` wrote, --rows the folder that `token_rows.py` wrote with it. The encoder and the readings
stay as they are. What is trained are the cross layers, the pooler, the linear layer on [CLS] and one number that all readings are
multiplied by; it starts as the readings' mean factor in the targets.
STUDENT is also a checkpoint folder, which `bundle compile` can read at any time, and contains training.pt. The same command
continues where it was stopped, and gives the same weights as without the stop. It saves every SAVE_SECONDS, at --until and at
the end.

The command prints a line of JSON every LOG_EVERY steps, and one about held-out queries every CHECK_EVERY steps.
"""

import argparse
import json
import os
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bundle.checkpoint import TOKENIZER, Checkpoint
from bundle.errors import report_errors
from bundle.interaction_model import InteractionCrossEncoder, load_checkpoint
from train.blocks import Blocks
from train.ensemble import Ensemble, load_ensemble, positive_ranks
from train.groups import ScoredGroup, groups_of, teachers_of
from train.listwise import Losses, losses
from train.order import SEED, kind_of
from train.rounds import Position, Rounds
from train.score import clock
from train.token_rows import PairRows, StoredRows
from train.training_data import TrainingData

GROUPS = 12  # in a step
WARM_UP = 0.03  # of the steps
WEIGHT_DECAY, CLIP = 0.01, 1.0
LOG_EVERY, CHECK_EVERY = 25, 500  # steps
HELD_OUT_GROUPS = 320  # at most
SAVE_SECONDS = 300
STATE = "training.pt"
NAMES = tuple(field.name for field in fields(Losses))
ROWS = {"cpu": 32, "cuda": 256}  # pairs that go through the layers together
QUERY_STEP, PASSAGE_STEP = 16, 32  # tokens; there are few widths, because oneDNN compiles its kernels for each shape


@dataclass(frozen=True)
class Recipe:
    """All parameters of a training. A folder accepts steps of one recipe only."""

    start: str  # sha256 of the weights
    pairs: int
    per_query: int
    rate: float
    label_share: float
    ensemble: Ensemble
    seed: int = SEED

    @property
    def steps(self) -> int:
        return max(1, self.pairs // (GROUPS * self.per_query))

    def rate_at(self, step: int) -> float:
        """The learning rate, which rises in the first steps and then falls to zero. Steps count from 0."""
        warm = max(1, round(WARM_UP * self.steps))
        return self.rate * min((step + 1) / warm, (self.steps - step) / max(1, self.steps - warm), 1)

    def drawn(self, step: int, group: int, candidates: int) -> list[int]:
        """The places of a group's candidates in this step: the positive, and some others. They are the same when a step is repeated."""
        others = random.Random(f"{self.seed} {step} {group}").sample(range(1, candidates), self.per_query - 1)
        return [0, *others]


class Student(nn.Module):
    """The trained parts of a model. The readings' logits come from disk, and are multiplied by one number."""

    def __init__(self, model: InteractionCrossEncoder, scale: float = 1.0) -> None:
        """scale: what readings and the logit of [CLS] are multiplied by at the start"""
        super().__init__()
        self.cross, self.pooler, self.cls, self.scale = model.cross, model.pooler, model.cls, nn.Parameter(torch.tensor(scale))
        with torch.no_grad():
            self.cls.weight.mul_(scale)
        self._model = [model]  # in a list, so that its other parts are no parts of this module

    def logits(self, readings: Tensor, pairs: list[PairRows]) -> Tensor:
        """
        [pairs], with the precision of bfloat16. Pairs of about the same length go through the layers together, with a fixed
        number of rows, so that there is little padding and there are few shapes.
        """
        device = readings.device.type
        by_length = sorted(range(len(pairs)), key=lambda i: len(pairs[i].rows))
        parts = [by_length[start : start + ROWS[device]] for start in range(0, len(by_length), ROWS[device])]
        with torch.autocast(device, dtype=torch.bfloat16):
            found = [self._model[0].cross_cls(*padded([pairs[i] for i in part], device)).float() for part in parts]
        first = torch.cat(found)[torch.tensor(by_length, device=device).argsort()]
        return self.scale * readings + self.cls(first).squeeze(-1)

    @torch.no_grad()
    def save(self, folder: Path, start: Path) -> None:
        """Writes a checkpoint folder with the tokenizer of the start. Replaces the weights as a whole."""
        model, mix = self._model[0], self._model[0].mix.clone()
        model.mix.mul_(self.scale)
        part = folder / ".part"  # what an interrupted run left there is replaced
        model.save(part)
        model.mix.copy_(mix)
        shutil.copy(start / TOKENIZER, part)
        for file in part.iterdir():
            file.rename(folder / file.name)
        part.rmdir()


def padded(pairs: list[PairRows], device: str) -> Iterator[Tensor]:
    """Rows and mask of the queries, rows and mask of the passages: [pairs, tokens, hidden] and [pairs, tokens]."""
    queries = [pair.rows[: pair.query_tokens] for pair in pairs]
    passages = [pair.rows[pair.query_tokens :] for pair in pairs]
    for rows, step in ((queries, QUERY_STEP), (passages, PASSAGE_STEP)):
        longest = -(-max(map(len, rows)) // step) * step
        values = torch.zeros((len(rows), longest, rows[0].shape[1]), dtype=torch.float16)
        mask = torch.zeros((len(rows), longest), dtype=torch.bool)
        for i, each in enumerate(rows):
            values[i, : len(each)] = torch.from_numpy(np.array(each))
            mask[i, : len(each)] = True
        yield values.to(device).to(torch.bfloat16)
        yield mask.to(device)


class Training:
    """A student with its optimizer."""

    def __init__(self, student: Student, recipe: Recipe, data: TrainingData, rows: StoredRows, teachers: list[str]) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.student, self.recipe, self.data, self.rows = student.to(self.device), recipe, data, rows
        self.readings = teachers.index(rows.folder.resolve().name)
        self.optimizer = torch.optim.AdamW(student.parameters(), recipe.rate, weight_decay=WEIGHT_DECAY, fused=True)

    def losses(self, groups: list[ScoredGroup], places: list[list[int]]) -> tuple[Losses, Tensor, np.ndarray]:
        """The losses, the logits and the targets of some of each group's candidates; the last two are [groups, places]."""
        of_groups = [self.rows.of(group.query) for group in groups]
        pairs = [of_group[place] for of_group, drawn in zip(of_groups, places) for place in drawn]

        def chosen(arrays: list[np.ndarray]) -> Tensor:
            return torch.from_numpy(np.stack([array[drawn] for array, drawn in zip(arrays, places)])).to(self.device)

        readings = chosen([group.scores[self.readings] for group in groups])
        logits = self.student.logits(readings.flatten(), pairs).view(len(groups), -1)
        targets, negatives = chosen([self.targets(group) for group in groups]), chosen([group.negatives() for group in groups])
        return losses(logits, targets, negatives), logits, targets.cpu().numpy()

    def targets(self, group: ScoredGroup) -> np.ndarray:
        """The teachers' weighted scores [candidates]."""
        return self.recipe.ensemble.targets(kind_of(self.data.triples[group.query]), group.scores)

    def step(self, number: int, groups: list[ScoredGroup]) -> Losses:
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = self.recipe.rate_at(number)
        found, _, _ = self.losses(groups, [self.recipe.drawn(number, i, len(group.passages)) for i, group in enumerate(groups)])
        found.sum(self.recipe.label_share).backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return found

    @torch.no_grad()
    def check(self, groups: list[ScoredGroup]) -> dict[str, float]:
        """Figures on how the student and its teachers rank all candidates of these groups, and how alike they are."""
        parts = [self.losses(part, [list(range(len(part[0].passages)))] * len(part)) for part in in_parts(groups)]
        counts = np.array([len(logits) for _, logits, _ in parts])
        found = np.concatenate([logits.float().cpu().numpy() for _, logits, _ in parts])
        taught = np.concatenate([targets for _, _, targets in parts])
        ranks, of_teachers = positive_ranks(found), positive_ranks(taught)
        mean = {name: float(np.average([getattr(found, name).item() for found, _, _ in parts], weights=counts)) for name in NAMES}
        return {
            "held_out": len(groups), "first": float((ranks == 1).mean()), "mrr": float((1 / ranks).mean()),
            "teachers_first": float((of_teachers == 1).mean()), "teachers_mrr": float((1 / of_teachers).mean()),
            "correlation": correlation(found, taught), **mean,
        }  # fmt: skip


def in_parts(groups: list[ScoredGroup]) -> Iterator[list[ScoredGroup]]:
    for start in range(0, len(groups), GROUPS):
        yield groups[start : start + GROUPS]


def correlation(left: np.ndarray, right: np.ndarray) -> float:
    """Of scores [groups, candidates] after subtracting each group's mean."""
    left, right = (scores - scores.mean(axis=1, keepdims=True) for scores in (left, right))
    return float((left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum()))


@dataclass(frozen=True)
class Saved:
    """The content of training.pt in addition to weights and optimizer."""

    steps: int
    position: Position


def save(folder: Path, training: Training, saved: Saved, start: Path) -> None:
    """Replaces the student and training.pt, each in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    training.student.save(folder, start)
    position = saved.position
    state = {
        "recipe": asdict(training.recipe), "weights": training.student.state_dict(), "optimizer": training.optimizer.state_dict(),
        "steps": saved.steps, "round": position.round, "blocks": list(position.blocks), "taken": position.taken,
        "seen": sorted(position.seen),
    }  # fmt: skip
    part = folder / f".{STATE}.{os.getpid()}"
    torch.save(state, part)
    part.rename(folder / STATE)


def resume(folder: Path, training: Training, rounds: Rounds) -> Saved:
    """Loads the folder's weights, and returns the position where its training stopped, or the start."""
    if not (folder / STATE).is_file():
        return Saved(0, rounds.first())
    state = torch.load(folder / STATE, map_location=training.device, weights_only=True)
    recipe = asdict(training.recipe)
    other = sorted(name for name in recipe if recipe[name] != state["recipe"][name])
    if other:
        raise SystemExit(f"{folder} was trained with another {', '.join(other)}; expected a new folder, or the same recipe")
    training.student.load_state_dict(state["weights"])
    training.optimizer.load_state_dict(state["optimizer"])
    return Saved(state["steps"], Position(state["round"], tuple(state["blocks"]), state["taken"], frozenset(state["seen"])))


def report(**facts: Any) -> None:
    print(json.dumps({k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in facts.items()}), flush=True)


def train(training: Training, rounds: Rounds, folder: Path, start: Path, until: float) -> None:
    """Trains until the recipe's last step, or until time.time() reaches `until`."""
    recipe, saved, held_out = training.recipe, resume(folder, training, rounds), rounds.held_out(HELD_OUT_GROUPS)
    pairs = GROUPS * recipe.per_query
    if saved.steps == 0:
        report(steps=0, pairs=0, **training.check(held_out))
    window, last_save, last_log = [], time.time(), time.time()
    for groups, position in rounds.batches(saved.position):
        if saved.steps >= recipe.steps or time.time() >= until:
            break
        found = training.step(saved.steps, groups)
        saved = Saved(saved.steps + 1, position)
        window.append([getattr(found, name).item() for name in NAMES])
        if saved.steps % LOG_EVERY == 0:
            speed, rate = len(window) * pairs / (time.time() - last_log), recipe.rate_at(saved.steps - 1)
            means = dict(zip(NAMES, np.mean(window, axis=0).tolist()))
            report(steps=saved.steps, pairs=saved.steps * pairs, round=position.round, rate=rate, **means, pairs_per_second=speed)
            window, last_log = [], time.time()
        if saved.steps % CHECK_EVERY == 0 or saved.steps == recipe.steps:
            report(steps=saved.steps, pairs=saved.steps * pairs, **training.check(held_out))
            last_log = time.time()
        if time.time() >= last_save + SAVE_SECONDS:
            save(folder, training, saved, start)
            last_save = time.time()
    save(folder, training, saved, start)
    report(steps=saved.steps, pairs=saved.steps * pairs, missing=recipe.steps - saved.steps)


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--scores", type=Path, required=True, nargs="+", help="the teachers' folders: those that train.score wrote, and --rows")
    parser.add_argument("--ensemble", type=Path, required=True, help="the file that train.ensemble wrote")
    parser.add_argument("--start", type=Path, required=True, help="the checkpoint that train.start wrote")
    parser.add_argument("--rows", type=Path, required=True, help="the folder that train.token_rows wrote")
    parser.add_argument("--pairs", type=int, required=True, help="how many pairs to train on, until the learning rate is zero")
    parser.add_argument("--per-query", type=int, default=8, help="how many of a query's candidates a step takes (default: 8)")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--label-share", type=float, default=0.2, help="the share of the label in the loss (default: 0.2)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--until", type=clock, default=float("inf"), metavar="HH:MM", help="save and stop at this time of day")
    parser.add_argument("--threads", type=int, default=2, help="the number of threads on a CPU (default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    teachers = teachers_of(arguments.scores)
    candidates = next(groups_of(arguments.candidates, arguments.scores, [0])).passages.size
    if not 2 <= arguments.per_query <= candidates:
        raise SystemExit(f"--per-query is {arguments.per_query}; expected 2 to {candidates}, the candidates of a query")
    if arguments.rows.resolve() not in [folder.resolve() for folder in arguments.scores]:
        raise SystemExit(f"--rows is {arguments.rows}; expected one of --scores, because the readings are a teacher, too")
    ensemble = load_ensemble(arguments.ensemble, teachers)
    sha256 = Checkpoint(arguments.start).weights_sha256()
    recipe = Recipe(sha256, arguments.pairs, arguments.per_query, arguments.rate, arguments.label_share, ensemble)
    if Blocks(arguments.rows).recipe()["start"] != sha256:
        raise SystemExit(f"{arguments.rows} has rows of another start than {arguments.start}; expected rows of this one")
    readings = teachers.index(arguments.rows.resolve().name)
    scale = float(np.mean([factors[readings] for factors in ensemble.factors.values()]))
    student = Student(load_checkpoint(arguments.start), scale)
    training = Training(student, recipe, TrainingData(arguments.data), StoredRows(arguments.rows), teachers)
    rounds = Rounds(arguments.candidates, arguments.scores, recipe.seed, GROUPS)
    train(training, rounds, arguments.out, arguments.start, arguments.until)


if __name__ == "__main__":
    main()
