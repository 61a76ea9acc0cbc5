"""Trains all weights of a model on candidates and teachers' scores.

    python -m train.student --data DATA --candidates CANDIDATES --scores SCORES/l12 SCORES/bge SCORES/readings \\
        --ensemble ENSEMBLE.json --start START --pairs 2060544 --out BASE [--until 17:50]
    python -m train.student … --start SMALL --imitate BASE --groups 128 --rate 1.5e-3 --pairs 2363904 --out TINY

START is the checkpoint that `start.py` wrote. SMALL is the one that `small_start.py` wrote with BASE; with --imitate the student
also learns the rows of BASE in the first steps.
The student is a checkpoint folder, which `bundle compile` can read at any time, and contains training.pt. The same command
continues where it was stopped; on one thread of a CPU, it gives the same weights as without the stop. It saves every SAVE_SECONDS, at
--until and at the end. It uses a GPU if there is one. On a CPU, --groups must be small, because of the memory for a step.

The command prints a line of JSON every LOG_EVERY steps, and one about held-out queries every CHECK_EVERY steps. At the end it
sets the logits' constant so that the mean logit of held-out right answers is RIGHT_ANSWER_LOGIT.
"""

import argparse
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bundle.checkpoint import TOKENIZER, Checkpoint
from bundle.errors import report_errors
from bundle.interaction_model import InteractionCrossEncoder, load_checkpoint
from bundle.pairs import template_of
from train.apart import Apart, Scored
from train.candidate_texts import CandidateTexts
from train.ensemble import load_ensemble, positive_ranks
from train.groups import teachers_of
from train.imitation import Imitation, load_imitation
from train.listwise import Losses, losses
from train.recipe import Recipe, optimizer_of, set_rates
from train.score import clock
from train.teachers import device
from train.training_data import TrainingData
from train.training_set import Groups, TrainingSet, load_groups, split

READINGS_SHARE, ROWS_SHARE = 0.3, 4.0  # of the loss of the readings alone and of the imitated rows, beside the whole logit's loss
CLIP = 1.0
LOG_EVERY, CHECK_EVERY = 25, 500  # steps
HELD_OUT_GROUPS, CHECKED_TOGETHER = 512, 64  # at most
SAVE_SECONDS = 300
RIGHT_ANSWER_LOGIT = 1.5  # then a clearly right answer has a score of 0.9 or more
STATE = "training.pt"
NAMES = tuple(field.name for field in fields(Losses))


class Training:
    """A student with its optimizer."""

    def __init__(self, apart: Apart, recipe: Recipe, imitation: Imitation | None = None) -> None:
        self.apart, self.model, self.recipe, self.imitation = apart, apart.model, recipe, imitation
        self.device = apart.texts.passages.device
        self.optimizer = optimizer_of(self.model, recipe)
        self.trained = [tensor for group in self.optimizer.param_groups for tensor in group["params"]]

    def scored(self, groups: Groups) -> Scored:
        with torch.autocast(self.device, dtype=torch.bfloat16):
            return self.apart.score(groups.queries, groups.passages)

    def losses(self, groups: Groups, logits: Tensor) -> Losses:
        """Of logits [pairs]."""
        targets, negatives = (torch.from_numpy(values).to(self.device) for values in (groups.targets, groups.negatives))
        return losses(logits.view(targets.shape), targets, negatives)

    def step(self, number: int, groups: Groups) -> Tensor:
        """The step's losses: of the whole logit in the order of NAMES, the readings' divergence, and the imitated rows'."""
        set_rates(self.optimizer, self.recipe.share_at(number))
        scored = self.scored(groups)
        whole, readings = self.losses(groups, scored.readings + scored.cls), self.losses(groups, scored.readings)
        rows = self.rows_loss(number, scored)
        loss = whole.sum(self.recipe.label_share) + READINGS_SHARE * readings.divergence + ROWS_SHARE * rows
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return torch.stack([*(getattr(whole, name) for name in NAMES), readings.divergence, rows]).detach()

    def rows_loss(self, number: int, scored: Scored) -> Tensor:
        if self.imitation is None or not self.recipe.imitates(number):
            return torch.zeros((), device=self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            return self.imitation.loss(scored.sides)

    @torch.no_grad()
    def logits(self, groups: Groups) -> Tensor:
        """The logits [groups, candidates]."""
        parts = []
        for start in range(0, len(groups.queries), CHECKED_TOGETHER):
            scored = self.scored(groups.at(slice(start, start + CHECKED_TOGETHER)))
            parts.append(scored.readings + scored.cls)
        return torch.cat(parts).view(groups.passages.shape)

    def check(self, groups: Groups) -> dict[str, float]:
        """Figures on how the student and its teachers rank all candidates of these groups, and how alike they are."""
        logits = self.logits(groups)
        found, of_losses = logits.cpu().numpy(), self.losses(groups, logits)
        ranks, of_teachers = positive_ranks(found), positive_ranks(groups.targets)
        return {
            "held_out": len(found), "first": float((ranks == 1).mean()), "mrr": float((1 / ranks).mean()),
            "teachers_first": float((of_teachers == 1).mean()), "teachers_mrr": float((1 / of_teachers).mean()),
            "correlation": correlation(found, groups.targets), **{name: getattr(of_losses, name).item() for name in NAMES},
        }  # fmt: skip

    @torch.no_grad()
    def set_constant(self, groups: Groups) -> None:
        """Adds a constant to the logits, so that these groups' positives have the mean RIGHT_ANSWER_LOGIT."""
        self.model.mix[-1] += RIGHT_ANSWER_LOGIT - self.logits(groups)[:, 0].mean()


def correlation(left: np.ndarray, right: np.ndarray) -> float:
    """Of scores [groups, candidates] after subtracting each group's mean."""
    left, right = (scores - scores.mean(axis=1, keepdims=True) for scores in (left, right))
    return float((left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum()))


def save(folder: Path, training: Training, steps: int, start: Path) -> None:
    """Replaces the student and training.pt, each file in one step."""
    part = folder / ".part"  # what an interrupted run left there is replaced
    training.model.save(part)
    shutil.copy(start / TOKENIZER, part)
    for file in part.iterdir():
        file.rename(folder / file.name)
    part.rmdir()
    state = {
        "recipe": asdict(training.recipe), "weights": training.model.state_dict(), "optimizer": training.optimizer.state_dict(), "steps": steps,
    }  # fmt: skip
    new = folder / f".{STATE}.{os.getpid()}"
    torch.save(state, new)
    new.rename(folder / STATE)


def resume(folder: Path, training: Training) -> int:
    """Loads the folder's weights, and returns how many steps they have been trained."""
    if not (folder / STATE).is_file():
        return 0
    state = torch.load(folder / STATE, map_location=training.device, weights_only=True)
    recipe = asdict(training.recipe)
    other = sorted(name for name in recipe if recipe[name] != state["recipe"].get(name))
    if other:
        raise SystemExit(f"{folder} was trained with another {', '.join(other)}; expected a new folder, or the same recipe")
    training.model.load_state_dict(state["weights"])
    training.optimizer.load_state_dict(state["optimizer"])
    return state["steps"]


def report(**facts: Any) -> None:
    print(json.dumps({k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in facts.items()}), flush=True)


@dataclass
class Progress:
    """The losses since the last line about them."""

    losses: list[Tensor]
    since: float

    def report(self, steps: int, recipe: Recipe) -> None:
        pairs = recipe.groups * recipe.candidates
        *whole, readings, rows = torch.stack(self.losses).mean(0).tolist()  # waits for the GPU
        speed = len(self.losses) * pairs / (time.time() - self.since)
        facts = dict(zip(NAMES, whole)) | {"readings_divergence": readings} | ({"rows": rows} if recipe.imitates(steps - 1) else {})
        report(steps=steps, pairs=steps * pairs, rate=recipe.share_at(steps - 1), **facts, pairs_per_second=speed)


def train(training: Training, groups: TrainingSet, folder: Path, start: Path, until: float) -> None:
    """Trains until the recipe's last step, or until time.time() reaches `until`."""
    recipe, done = training.recipe, resume(folder, training)
    folder.mkdir(parents=True, exist_ok=True)
    if done == 0:
        report(steps=0, pairs=0, **training.check(groups.held_out))
    last_save, progress = time.time(), Progress([], time.time())
    for number in numbers(done, recipe.steps, until):
        progress.losses.append(training.step(number, groups.batch(number, recipe.groups, recipe.seed)))
        done = number + 1
        if done % LOG_EVERY == 0:
            progress.report(done, recipe)
            progress = Progress([], time.time())
        if done == recipe.steps:
            training.set_constant(groups.held_out)
        if done % CHECK_EVERY == 0 or done == recipe.steps:
            report(steps=done, **training.check(groups.held_out))
        if time.time() >= last_save + SAVE_SECONDS:
            save(folder, training, done, start)
            last_save = time.time()
    save(folder, training, done, start)
    report(steps=done, pairs=done * recipe.groups * recipe.candidates, missing=recipe.steps - done)


def numbers(first: int, count: int, until: float) -> Iterator[int]:
    """The numbers of the steps that are still to do, while there is time."""
    for number in range(first, count):
        if time.time() >= until:
            return
        yield number


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--scores", type=Path, required=True, nargs="+", help="the teachers' folders, which train.score and train.cosine wrote")
    parser.add_argument("--ensemble", type=Path, required=True, help="the file that train.ensemble wrote")
    parser.add_argument("--start", type=Path, required=True, help="the checkpoint that train.start or train.small_start wrote")
    parser.add_argument("--imitate", type=Path, metavar="CHECKPOINT", help="learn the rows of this one, too: that of train.small_start's --teacher")
    parser.add_argument("--pairs", type=int, required=True, help="how many pairs to train on, until the learning rates are zero")
    parser.add_argument("--groups", type=int, default=64, help="how many queries a step has, with all their candidates (default: 64)")
    parser.add_argument("--rate", type=float, default=6e-5, help="the encoder's learning rate (default: 6e-5)")
    parser.add_argument("--cross-rate", type=float, default=2e-4, help="the learning rate of cross layers, pooler and [CLS] (default: 2e-4)")
    parser.add_argument("--label-share", type=float, default=0.2, help="the share of the label in the loss (default: 0.2)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--until", type=clock, default=float("inf"), metavar="HH:MM", help="save and stop at this time of day")
    parser.add_argument("--threads", type=int, default=2, help="the number of threads on a CPU (default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_float32_matmul_precision("high")
    data, start, used = TrainingData(arguments.data), Checkpoint(arguments.start), device()
    ensemble = load_ensemble(arguments.ensemble, teachers_of(arguments.scores))
    groups = load_groups(data, arguments.candidates, arguments.scores, ensemble)
    training_set = split(groups, HELD_OUT_GROUPS)
    recipe = Recipe(
        start.weights_sha256(), arguments.imitate and Checkpoint(arguments.imitate).weights_sha256(), groups.sha256(), arguments.pairs,
        arguments.groups, groups.passages.shape[1], arguments.rate, arguments.cross_rate, arguments.label_share, ensemble,
    )  # fmt: skip
    model: InteractionCrossEncoder = load_checkpoint(arguments.start).to(used)
    imitation = load_imitation(arguments.imitate, arguments.start, model, used) if arguments.imitate else None
    tokenizer = start.tokenizer()
    texts = CandidateTexts(data, tokenizer, groups.queries, groups.passages, used)
    training = Training(Apart(model, template_of(tokenizer), texts), recipe, imitation)
    train(training, training_set, arguments.out, arguments.start, arguments.until)


if __name__ == "__main__":
    main()
