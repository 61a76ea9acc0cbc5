"""What a small student learns of a larger model's tokens: the direction of each token's row in the last layer."""

from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor
from torch.nn import functional as F

from bundle.checkpoint import Checkpoint
from bundle.interaction_model import InteractionCrossEncoder, Side, load_checkpoint

PROJECTION_FILE, PROJECTION = "projection.safetensors", "projection"
TEACHER = "teacher"  # in the file's metadata: sha256 of its weights
QUERIES_SHARE = 0.25  # of the loss. Passages have many more tokens; the readings need both sides


class Imitation:
    def __init__(self, teacher: InteractionCrossEncoder, projection: Tensor) -> None:
        """projection [hidden, hidden of the student]: of the teacher's rows on their principal directions"""
        self.teacher, self.projection = teacher, projection

    def loss(self, sides: list[Side]) -> Tensor:
        """
        One minus the cosine of student's and teacher's rows: the mean over the queries' tokens and that over the passages'.
        sides: the queries, then the passages in parts
        """
        queries, *passages = (self._losses(side) for side in sides)
        return QUERIES_SHARE * queries.mean() + (1 - QUERIES_SHARE) * torch.cat(passages).mean()

    def _losses(self, side: Side) -> Tensor:
        """Of each token."""
        with torch.no_grad():
            wanted = self.teacher.encode_apart(side.ids, side.mask, side.segment).rows.float() @ self.projection
        return (1 - F.cosine_similarity(side.rows.float(), wanted, dim=-1))[side.mask]


def load_imitation(teacher: Path, start: Path, student: InteractionCrossEncoder, device: str) -> Imitation:
    """start: the folder that train.small_start wrote"""
    file = start / PROJECTION_FILE
    if not file.is_file():
        raise SystemExit(f"{start} has no {PROJECTION_FILE}; expected a start that train.small_start wrote")
    with safe_open(file, framework="pt") as stored:
        projection, made_from = stored.get_tensor(PROJECTION), (stored.metadata() or {}).get(TEACHER)
    model = load_checkpoint(teacher)
    expected = (model.shape.hidden_size, student.shape.hidden_size)
    if projection.shape != expected or made_from != Checkpoint(teacher).weights_sha256():
        raise SystemExit(f"{start} was not made from {teacher}; expected a start that train.small_start wrote with this teacher")
    return Imitation(model.to(device).eval(), projection.to(device))
