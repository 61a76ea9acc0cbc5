"""The losses of a student over groups of candidates. The positive is first in each group."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

SQUARED_SHARE = 0.1


@dataclass(frozen=True)
class Losses:
    divergence: Tensor
    """The Kullback–Leibler divergence from the teachers' softmax over the candidates to the student's."""
    squared: Tensor
    """The mean squared error of the logits after subtracting the group's mean."""
    label: Tensor
    """The negative log of the positive's softmax over itself and the negatives (InfoNCE)."""

    def sum(self, label_share: float) -> Tensor:
        return (1 - label_share) * (self.divergence + SQUARED_SHARE * self.squared) + label_share * self.label


def losses(logits: Tensor, targets: Tensor, negatives: Tensor) -> Losses:
    """
    Averages over groups. All arguments are [groups, candidates]. Candidates that are neither the positive nor negatives do not
    count for the label's loss.
    """
    divergence = F.kl_div(logits.log_softmax(-1), targets.log_softmax(-1), reduction="batchmean", log_target=True)
    squared = F.mse_loss(logits - logits.mean(-1, keepdim=True), targets - targets.mean(-1, keepdim=True))
    excluded = ~negatives
    excluded = torch.cat([torch.zeros_like(excluded[:, :1]), excluded[:, 1:]], dim=1)
    label = -logits.masked_fill(excluded, -torch.inf).log_softmax(-1)[:, 0].mean()
    return Losses(divergence, squared, label)
