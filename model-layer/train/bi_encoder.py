"""Bi-encoders as soft teachers: they give the cosine for each candidate of a group."""

from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from bundle.interaction_model import InteractionCrossEncoder, mean_vectors
from train.batches import CLS, SEP
from train.training_data import Group

WINDOW = 144
BGE_QUERY = "Represent this sentence for searching relevant passages: "


@dataclass(frozen=True)
class Kind:
    """A kind of sentence encoder. It makes one vector for a text: the mean of its tokens' vectors, or the vector of [CLS]."""

    mean: bool
    before_query: str = ""


MINILM, BGE = Kind(mean=True), Kind(mean=False, before_query=BGE_QUERY)


class BiEncoder:
    """Computes the cosine of two texts' vectors. It encodes each passage once and keeps its vector."""

    def __init__(self, model: InteractionCrossEncoder, kind: Kind, tokenizer: Tokenizer) -> None:
        self.model = model.eval()
        self.kind = kind
        self.tokenizer = tokenizer
        self.passages: dict[int, Tensor] = {}

    @torch.no_grad()
    def encode(self, texts: list[str], batch: int = 64) -> list[Tensor]:
        rows = [[CLS, *self.tokenizer.encode(text, add_special_tokens=False).ids[: WINDOW - 2], SEP] for text in texts]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        vectors: list[Tensor] = [torch.empty(0)] * len(rows)
        for start in range(0, len(order), batch):
            part = order[start : start + batch]
            ids = torch.zeros(len(part), max(len(rows[i]) for i in part), dtype=torch.long)
            for row, i in enumerate(part):
                ids[row, : len(rows[i])] = torch.tensor(rows[i])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                x = self.model.encode(ids, torch.zeros_like(ids), ids != 0)[-1].float()
            found = mean_vectors(x, (ids != 0).float()) if self.kind.mean else x[:, 0]
            for i, vector in zip(part, F.normalize(found, dim=-1)):
                vectors[i] = vector.half()
        return vectors

    def cosines(self, groups: list[Group], passages: dict[int, str]) -> Tensor:
        """[groups, candidates]"""
        missing = sorted({i for group in groups for i in group.ids} - self.passages.keys())
        self.passages.update(zip(missing, self.encode([passages[i] for i in missing])))
        queries = self.encode([self.kind.before_query + group.query for group in groups])
        candidates = torch.stack([torch.stack([self.passages[i] for i in group.ids]) for group in groups])
        return torch.einsum("gd,gcd->gc", torch.stack(queries).float(), candidates.float())
