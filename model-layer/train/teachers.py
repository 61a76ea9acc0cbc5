"""Soft teachers: what another model thinks of each candidate of a group."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from batches import PairTokens, logits
from cross_encoder import CrossEncoder, Shape, load
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


class CrossTeacher:
    """A trained cross-encoder of this folder, for its smaller sibling."""

    def __init__(self, folder: Path, tokens: PairTokens, temperature: float) -> None:
        self.model = load(folder).eval()
        self.tokens = tokens
        self.temperature = temperature

    @torch.no_grad()
    def log_probabilities(self, groups: list[Group], passages: dict[int, str]) -> Tensor:
        """[groups, candidates]"""
        pairs = [self.tokens.pair(group.query, text, WINDOW) for group in groups for text in group.texts]
        return (logits(self.model, pairs, 64).view(len(groups), -1) / self.temperature).log_softmax(-1)


def from_onnx(file: Path) -> CrossEncoder:
    """A BertModel's export; only its encoder is used. Weights of matrix products are named after their node's path."""
    graph = onnx.load(file).graph
    weights = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            weights[name + ".weight"] = weights[node.input[1]].T.contiguous()
    words = weights["embeddings.word_embeddings.weight"]
    layers = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
    up = weights["encoder.layer.0.intermediate.dense.weight"]
    model = CrossEncoder(Shape(words.shape[0], words.shape[1], up.shape[0], layers, words.shape[1] // 32))
    model.take_bert(weights)
    return model
