"""What a student's training depends on, and its optimizer."""

from dataclasses import dataclass

import torch
from torch import Tensor

from bundle.interaction_model import OF_CROSS, InteractionCrossEncoder
from train.ensemble import Ensemble
from train.order import SEED

WARM_UP = 100  # steps
IMITATED = 0.45  # of the steps, from the first one, in which a small student also learns its teacher's rows
IMPORTANCE_RATE, MIX_RATE = 1e-3, 5e-3
WEIGHT_DECAY = 0.01  # of matrices
BETAS = (0.9, 0.98)
IMPORTANCE, CLS = "importance.", "cls."
UNTRAINED = ("idf",)


@dataclass(frozen=True)
class Recipe:
    """All parameters of a training. A folder accepts steps of one recipe only."""

    start: str  # sha256 of the weights
    imitated: str | None  # the same of the checkpoint whose rows a small student learns
    data: str  # sha256 of candidates and targets
    pairs: int
    groups: int  # in a step
    candidates: int  # in a group
    rate: float  # of the encoder
    cross_rate: float
    label_share: float
    ensemble: Ensemble
    seed: int = SEED

    @property
    def steps(self) -> int:
        return max(1, self.pairs // (self.groups * self.candidates))

    def share_at(self, step: int) -> float:
        """The share of the learning rates, which rises in the first steps and then falls to zero. Steps count from 0."""
        return min((step + 1) / WARM_UP, (self.steps - step) / max(1, self.steps - WARM_UP), 1)

    def imitates(self, step: int) -> bool:
        return self.imitated is not None and step < IMITATED * self.steps

    def rate_of(self, name: str) -> float:
        """The learning rate of a model's tensor."""
        if name == "mix":
            return MIX_RATE
        if name.startswith(IMPORTANCE):
            return IMPORTANCE_RATE
        return self.cross_rate if name.startswith((*OF_CROSS, CLS)) else self.rate


def optimizer_of(model: InteractionCrossEncoder, recipe: Recipe) -> torch.optim.AdamW:
    """
    Over the trained tensors. Without cross layers, [CLS] has read the query alone, so its linear layer says nothing of a candidate
    and is not trained.
    """
    without = UNTRAINED if model.cross else (*UNTRAINED, CLS)
    by_rate: dict[tuple[float, float], list[Tensor]] = {}
    for name, tensor in model.named_parameters():
        if not name.startswith(without):
            decay = WEIGHT_DECAY if tensor.dim() > 1 and not name.startswith(IMPORTANCE) else 0.0
            by_rate.setdefault((recipe.rate_of(name), decay), []).append(tensor)
    return torch.optim.AdamW(
        [{"params": tensors, "lr": rate, "full_rate": rate, "weight_decay": decay} for (rate, decay), tensors in by_rate.items()],
        betas=BETAS, fused=True,
    )  # fmt: skip


def set_rates(optimizer: torch.optim.Optimizer, share: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = group["full_rate"] * share
