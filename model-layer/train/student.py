"""Trains a plain cross-encoder on candidates and teachers' scores from disk.

    python -m train.student --data DATA --candidates CANDIDATES --scores SCORES/l12 --ensemble ENSEMBLE.json \\
        --init CHECKPOINT [--layers 1 3 5 7 9 11] --pairs 1000000 --out STUDENT [--until 17:50]

CHECKPOINT is a BERT cross-encoder with one logit; --layers selects some of its layers. STUDENT is also a checkpoint folder,
which `bundle compile` can read at any time, and contains training.pt. The same command continues where it was stopped, and
gives the same weights as without the stop. It saves every SAVE_SECONDS, at --until and at the end.

The command prints a line of JSON every LOG_EVERY steps, and one about held-out queries every CHECK_EVERY steps.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bundle.checkpoint import Checkpoint
from bundle.pairs import EncodedPair, template_of
from train.cross_encoder import CrossEncoder
from train.ensemble import Ensemble, load_ensemble, positive_ranks
from train.groups import ScoredGroup, teachers_of
from train.listwise import Losses, losses
from train.mine import CANDIDATES
from train.order import SEED, kind_of
from train.rounds import Position, Rounds
from train.score import WINDOW, clock
from train.training_data import TrainingData

GROUPS = 8  # in a step
WARM_UP = 0.03  # of the steps
WEIGHT_DECAY, CLIP = 0.01, 1.0
LOG_EVERY, CHECK_EVERY = 25, 500  # steps
HELD_OUT_GROUPS = 320  # at most
SAVE_SECONDS = 300
STATE = "training.pt"
NAMES = tuple(field.name for field in fields(Losses))

Encode = Callable[[ScoredGroup, int], list[EncodedPair]]  # a group's pairs in a window of so many tokens


@dataclass(frozen=True)
class Recipe:
    """All parameters of a training. A folder accepts steps of one recipe only."""

    init: str  # sha256 of the weights
    layers: list[int] | None
    pairs: int
    rate: float
    windows: list[int]
    label_share: float
    ensemble: Ensemble
    seed: int = SEED

    @property
    def steps(self) -> int:
        return max(1, self.pairs // (GROUPS * CANDIDATES))

    def rate_at(self, step: int) -> float:
        """The learning rate, which rises in the first steps and then falls to zero. Steps count from 0."""
        warm = max(1, round(WARM_UP * self.steps))
        return self.rate * min((step + 1) / warm, (self.steps - step) / max(1, self.steps - warm), 1)

    def window(self, step: int, group: int) -> int:
        """A group's random window. It is the same when a step is repeated."""
        return random.Random(f"{self.seed} {step} {group}").choice(self.windows)


def encoder_of(data: TrainingData, checkpoint: Checkpoint) -> Encode:
    tokenizer = checkpoint.tokenizer()
    template = template_of(tokenizer)

    def encode(group: ScoredGroup, window: int) -> list[EncodedPair]:
        query = data.triples[group.query].query
        return [template.encode(tokenizer, query, data.passages[passage], window) for passage in group.passages.tolist()]

    return encode


class Training:
    """A student with its optimizer."""

    def __init__(self, model: CrossEncoder, recipe: Recipe, data: TrainingData, encode: Encode) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model, self.recipe, self.data, self.encode = model.to(self.device), recipe, data, encode
        self.optimizer = torch.optim.AdamW(model.parameters(), recipe.rate, weight_decay=WEIGHT_DECAY, fused=True)

    def losses(self, groups: list[ScoredGroup], windows: list[int]) -> tuple[Losses, Tensor, np.ndarray]:
        """The losses, the logits and the targets; the last two are [groups, candidates]."""
        pairs = [pair for group, window in zip(groups, windows) for pair in self.encode(group, window)]
        logits = self.model.logits(pairs, self.device).view(len(groups), -1)
        targets = np.stack([self.targets(group) for group in groups])
        negatives = np.stack([group.negatives() for group in groups])
        on_device = [torch.from_numpy(array).to(self.device) for array in (targets, negatives)]
        return losses(logits, *on_device), logits, targets

    def targets(self, group: ScoredGroup) -> np.ndarray:
        """The teachers' weighted scores [candidates]."""
        return self.recipe.ensemble.targets(kind_of(self.data.triples[group.query]), group.scores)

    def step(self, number: int, groups: list[ScoredGroup]) -> Losses:
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = self.recipe.rate_at(number)
        found, _, _ = self.losses(groups, [self.recipe.window(number, i) for i in range(len(groups))])
        found.sum(self.recipe.label_share).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return found

    @torch.no_grad()
    def check(self, groups: list[ScoredGroup]) -> dict[str, float]:
        """Figures on how the student, in the teacher's window, and its teachers rank these groups, and the losses between them."""
        window = min(WINDOW, self.model.config.max_position_embeddings)
        parts = [self.losses(groups[i : i + GROUPS], [window] * GROUPS) for i in range(0, len(groups), GROUPS)]
        counts = np.array([len(logits) for _, logits, _ in parts])
        ranks = positive_ranks(np.concatenate([logits.float().cpu().numpy() for _, logits, _ in parts]))
        taught = positive_ranks(np.concatenate([targets for _, _, targets in parts]))
        mean = {name: float(np.average([getattr(found, name).item() for found, _, _ in parts], weights=counts)) for name in NAMES}
        return {
            "held_out": len(groups), "first": float((ranks == 1).mean()), "mrr": float((1 / ranks).mean()),
            "teachers_first": float((taught == 1).mean()), "teachers_mrr": float((1 / taught).mean()), **mean,
        }  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """The content of training.pt in addition to weights and optimizer."""

    steps: int
    position: Position


def save(folder: Path, training: Training, saved: Saved, start: Path) -> None:
    """Replaces the student and training.pt, each in one step."""
    training.model.save(folder, start)
    position = saved.position
    state = {
        "recipe": asdict(training.recipe), "weights": training.model.state_dict(), "optimizer": training.optimizer.state_dict(),
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
    training.model.load_state_dict(state["weights"])
    training.optimizer.load_state_dict(state["optimizer"])
    return Saved(state["steps"], Position(state["round"], tuple(state["blocks"]), state["taken"], frozenset(state["seen"])))


def report(**facts: Any) -> None:
    print(json.dumps({k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in facts.items()}), flush=True)


def train(training: Training, rounds: Rounds, folder: Path, start: Path, until: float) -> None:
    """Trains until the recipe's last step, or until time.time() reaches `until`."""
    recipe, saved, held_out = training.recipe, resume(folder, training, rounds), rounds.held_out(HELD_OUT_GROUPS)
    pairs = GROUPS * CANDIDATES
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--scores", type=Path, required=True, nargs="+", help="the folders that train.score wrote, one for each teacher")
    parser.add_argument("--ensemble", type=Path, required=True, help="the file that train.ensemble wrote")
    parser.add_argument("--init", type=Path, required=True, help="a BERT cross-encoder's checkpoint with one logit")
    parser.add_argument("--layers", type=int, nargs="+", help="which of its layers to use, from 0 (default: all)")
    parser.add_argument("--pairs", type=int, required=True, help="how many pairs to train on, until the learning rate is zero")
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--windows", type=int, nargs="+", default=[192, 256], help="the windows in tokens; each group gets a random one (default: 192 256)")
    parser.add_argument("--label-share", type=float, default=0.2, help="the share of the label in the loss (default: 0.2)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--until", type=clock, default=float("inf"), metavar="HH:MM", help="save and stop at this time of day")
    parser.add_argument("--threads", type=int, default=2, help="the number of threads on a CPU (default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = Checkpoint(arguments.init)
    ensemble = load_ensemble(arguments.ensemble, teachers_of(arguments.scores))
    recipe = Recipe(
        checkpoint.weights_sha256(), arguments.layers, arguments.pairs, arguments.rate, arguments.windows, arguments.label_share,
        ensemble,
    )  # fmt: skip
    model = CrossEncoder(arguments.init, arguments.layers)
    most = model.config.max_position_embeddings
    if not 0 < max(recipe.windows) <= most:
        raise SystemExit(f"--windows is {max(recipe.windows)}; expected up to {most}, the positions of {arguments.init}")
    data = TrainingData(arguments.data)
    training = Training(model, recipe, data, encoder_of(data, checkpoint))
    rounds = Rounds(arguments.candidates, arguments.scores, recipe.seed, GROUPS)
    train(training, rounds, arguments.out, arguments.init, arguments.until)


if __name__ == "__main__":
    main()
