"""The soft teacher: what a bi-encoder thinks of each candidate of a group."""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from sentence_encoder import from_onnx
from training_data import Group

WINDOW = 192
BGE_QUERY = "Represent this sentence for searching relevant passages: "


class BiEncoder:
    """bge-small-en-v1.5 (MIT) from its ONNX file: the cosine of two [CLS] vectors, passages kept once encoded."""

    def __init__(self, onnx_file: Path, tokenizer: Tokenizer, temperature: float) -> None:
        self.model = from_onnx(onnx_file).eval()
        self.tokenizer = tokenizer
        self.temperature = temperature
        self.passages: dict[int, Tensor] = {}

    @torch.no_grad()
    def encode(self, texts: list[str], batch: int = 64) -> list[Tensor]:
        rows = [[101, *self.tokenizer.encode(text, add_special_tokens=False).ids[: WINDOW - 2], 102] for text in texts]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        vectors: list[Tensor] = [torch.empty(0)] * len(rows)
        for start in range(0, len(order), batch):
            part = order[start : start + batch]
            ids = torch.zeros(len(part), max(len(rows[i]) for i in part), dtype=torch.long)
            for row, i in enumerate(part):
                ids[row, : len(rows[i])] = torch.tensor(rows[i])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                heads = self.model.encode(ids, torch.zeros_like(ids), ids != 0)[:, 0]
            for i, vector in zip(part, F.normalize(heads.float(), dim=-1)):
                vectors[i] = vector.half()
        return vectors

    def log_probabilities(self, groups: list[Group], passages: dict[int, str]) -> Tensor:
        """[groups, candidates]"""
        missing = sorted({i for group in groups for i in group.ids} - self.passages.keys())
        self.passages.update(zip(missing, self.encode([passages[i] for i in missing])))
        queries = self.encode([BGE_QUERY + group.query for group in groups])
        candidates = torch.stack([torch.stack([self.passages[i] for i in group.ids]) for group in groups])
        cosines = torch.einsum("gd,gcd->gc", torch.stack(queries).float(), candidates.float())
        return (cosines / self.temperature).log_softmax(-1)
