"""The purpose-built graph of a ModernBERT cross-encoder (Warner et al., 2024, arXiv:2412.13663): one pair per run, no mask."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch

from bundle import modules
from bundle.activations import ACTIVATIONS
from bundle.checkpoint import Checkpoint
from bundle.errors import NotKnownToBuilder
from bundle.graph import INPUT_IDS, LOGITS, MICROSOFT
from bundle.head import Dense, Head, Norm, Pooling, add_head
from bundle.layers import Layers
from bundle.precision import Precision
from bundle.window import SlidingWindow

GLOBAL, LOCAL = "full_attention", "sliding_attention"
"""What a layer attends to: all tokens, or those near by."""
ROPE_THETAS = {GLOBAL: ("global_rope_theta", 160_000.0), LOCAL: ("local_rope_theta", 10_000.0)}
"""transformers' older field for each kind's base, and its default."""


@dataclass(frozen=True)
class Shape:
    """The model's shape, from its configuration."""

    hidden: int
    heads: int
    attention: tuple[str, ...]
    """GLOBAL or LOCAL, for each layer."""
    window: int
    """How many tokens on each side a token attends to in a LOCAL layer."""
    rope_theta: dict[str, float]
    """The base of the rotations in GLOBAL and LOCAL layers."""
    activation: str
    norm_epsilon: float
    positions: int
    prefix: str
    """The beginning of all tensor names except the head's."""
    head: Head


def shape_of(checkpoint: Checkpoint) -> Shape:
    config = checkpoint.config
    modular = modules.has_head(checkpoint)
    architecture = (config.get("architectures") or [""])[0]
    if not modular and architecture != "ModernBertForSequenceClassification":
        raise NotKnownToBuilder(f"architecture {architecture!r}, which is not ModernBertForSequenceClassification")
    for field in ("hidden_activation", "classifier_activation"):
        if config.get(field, "gelu") not in ACTIVATIONS:
            raise NotKnownToBuilder(f"activation {config[field]!r} (known: {', '.join(ACTIVATIONS)})")
    layers, every = config["num_hidden_layers"], config.get("global_attn_every_n_layers", 3)
    epsilon = config.get("norm_eps", 1e-5)
    return Shape(
        hidden=config["hidden_size"],
        heads=config["num_attention_heads"],
        attention=tuple(config.get("layer_types") or (LOCAL if i % every else GLOBAL for i in range(layers))),
        window=config.get("local_attention", 128) // 2,
        rope_theta={kind: _rope_theta(config, kind) for kind in ROPE_THETAS},
        activation=config.get("hidden_activation", "gelu"),
        norm_epsilon=epsilon,
        positions=config.get("max_position_embeddings", 8192),
        prefix="" if modular else "model.",
        head=modules.head_of(checkpoint) if modular else _classifier(config, epsilon),
    )


def _classifier(config: dict[str, Any], epsilon: float) -> Head:
    steps = Dense("head.dense", config.get("classifier_activation", "gelu")), Norm("head.norm", epsilon)
    return Head(Pooling(config.get("classifier_pooling", "cls")), steps, "classifier")


def _rope_theta(config: dict[str, Any], kind: str) -> float:
    parameters = (config.get("rope_parameters") or {}).get(kind) or {}
    scaling = parameters if parameters else config.get("rope_scaling") or {}
    if scaling.get("rope_type", "default") != "default":
        raise NotKnownToBuilder(f"rotations of type {scaling['rope_type']!r}")
    field, default = ROPE_THETAS[kind]
    return float(parameters.get("rope_theta") or config.get(field) or default)


class ModernBert:
    """
    Each layer takes its input twice: as it is, to be added to, and normalised, to be read. Where the head reads the
    [CLS] row alone, so does the last layer.
    """

    def __init__(self, checkpoint: Checkpoint, shape: Shape, precision: Precision, max_tokens: int) -> None:
        self.checkpoint = checkpoint
        self.shape = shape
        self.precision = precision
        self.max_tokens = max_tokens
        self.layers = Layers(checkpoint, precision, max_tokens, shape.norm_epsilon, shape.activation, biased=False)
        self.graph = self.layers.graph
        self.window = SlidingWindow(self.graph, self.graph.input(INPUT_IDS), shape.window, max_tokens)

    def build(self) -> onnx.ModelProto:
        names, graph = self.shape.prefix, self.graph
        words = self.precision.embedding(graph, "words", INPUT_IDS, self.layers.weight(f"{names}embeddings.tok_embeddings"))
        x = normed = self.layers.norm(f"{names}embeddings.norm", words)  # the first layer does not normalise its input again
        last = len(self.shape.attention) - 1
        for i in range(last):
            x, normed = self._layer(i, x, normed)
        _, normed = self._layer(last, x, normed, first_row=self.shape.head.pooling is Pooling.CLS)
        return graph.model(LOGITS, add_head(graph, self.checkpoint, self.shape.head, normed))

    def _layer(self, i: int, x: str, normed: str, first_row: bool = False) -> tuple[str, str]:
        """
        The layer's output and the same as the next layer's normalisation makes it, [1, rows, hidden].

        x, normed: [1, tokens, hidden]
        first_row: compute only the first row
        """
        names = f"{self.shape.prefix}layers.{i}"
        attended = self._attend_first(i, normed) if first_row else self._attend(i, normed)
        x = self.graph.first_rows(x) if first_row else x
        attended = self.layers.linear(f"{i}.attention", attended, f"{names}.attn.Wo")
        x, middle = self.layers.residual_and_norm(f"{names}.mlp_norm", attended, x)
        fed = self.layers.feed_forward(f"{i}", middle, f"{names}.mlp.Wi", f"{names}.mlp.Wo", gated=True)
        following = f"layers.{i + 1}.attn_norm" if i + 1 < len(self.shape.attention) else "final_norm"
        return self.layers.residual_and_norm(self.shape.prefix + following, fed, x)

    def _attend(self, i: int, normed: str) -> str:
        """[1, tokens, hidden]."""
        product = self.layers.smoothed_linear(f"{i}.qkv", normed, f"{self.shape.prefix}layers.{i}.attn.Wqkv")
        q, k, v = self.graph.split(product, 3)
        kind = self.shape.attention[i]
        q, k = self._rotated(q, kind), self._rotated(k, kind)
        if kind == LOCAL:
            return self.window.attend(q, k, v, self.shape.heads)
        return self.graph.add("MultiHeadAttention", q, k, v, domain=MICROSOFT, num_heads=self.shape.heads)

    def _attend_first(self, i: int, normed: str) -> str:
        """Attention of the first token, which no rotation changes: [1, 1, hidden]."""
        graph, kind, matrix = self.graph, self.shape.attention[i], f"{self.shape.prefix}layers.{i}.attn.Wqkv"
        seen = self.graph.first_rows(normed, self.shape.window + 1) if kind == LOCAL else normed
        hidden = self.shape.hidden
        q = self.layers.smoothed_linear(f"{i}.q", self.graph.first_rows(normed), matrix, rows=slice(hidden))
        k, v = graph.split(self.layers.smoothed_linear(f"{i}.kv", seen, matrix, rows=slice(hidden, None)), 2)
        return graph.add("MultiHeadAttention", q, self._rotated(k, kind), v, domain=MICROSOFT, num_heads=self.shape.heads)

    def _rotated(self, x: str, kind: str) -> str:
        """Queries or keys [1, tokens, hidden]. Each pair of channels is rotated by an angle that grows with the position."""
        theta = self.shape.rope_theta[kind]
        cos, sin = rotations(theta, self.shape.hidden // self.shape.heads, self.max_tokens)
        tables = self.graph.constant(f"cos.{theta:g}", cos), self.graph.constant(f"sin.{theta:g}", sin)
        return self.graph.add("RotaryEmbedding", x, self.graph.ints(0), *tables, domain=MICROSOFT, num_heads=self.shape.heads)


def rotations(theta: float, head_size: int, positions: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosines and sines of each position's angles, each [positions, head size / 2], rounded as in transformers, because angles get large."""
    frequencies = 1.0 / theta ** (torch.arange(0, head_size, 2, dtype=torch.float32) / head_size)
    angles = torch.arange(positions, dtype=torch.float32)[:, None] * frequencies
    return angles.cos().numpy(), angles.sin().numpy()
