"""The purpose-built graph of a DeBERTa-v2 or v3 cross-encoder (He et al., 2021, arXiv:2006.03654): one pair per run, no mask."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch

from bundle import modules
from bundle.activations import ACTIVATIONS, GELU, TANH, activation
from bundle.checkpoint import Checkpoint
from bundle.counted import counted
from bundle.errors import NotKnownToBuilder
from bundle.graph import INPUT_IDS, LOGITS, MICROSOFT, TOKEN_TYPE_IDS
from bundle.head import Dense, Head, Pooling, add_head
from bundle.layers import Layers
from bundle.precision import Precision, quantised, scales
from bundle.relative import BLOCK, RelativePositions

CONTENT_TO_POSITION, POSITION_TO_CONTENT = "c2p", "p2c"
LONGEST = 8192
"""The largest window of a model without a table of positions. Distances beyond its last vector share it."""
VECTOR_STEPS = 127
"""The largest value of a stored vector in int8. Sums are made in fp32, so that none can saturate."""


@dataclass(frozen=True)
class Distances:
    """Which vector stands for each distance between two tokens."""

    buckets: int
    """How many vectors stand for the distances on each side; far distances share one."""
    largest: int
    logarithmic: bool
    normalised: bool

    def vectors(self, reach: int) -> np.ndarray:
        """The number of the vector for each distance from `reach` down to its negative."""
        distances = torch.arange(reach, -reach - 1, -1)
        numbers = self._logarithmic(distances) if self.logarithmic else distances
        return torch.clamp(numbers + self.buckets, 0, 2 * self.buckets - 1).numpy()

    def _logarithmic(self, distances: torch.Tensor) -> torch.Tensor:
        """Near distances as they are, the others by their logarithms, rounded as in transformers."""
        middle = self.buckets // 2
        far = distances.abs().clamp(min=middle)
        scale = torch.log(torch.tensor((self.largest - 1) / middle))
        steps = torch.ceil(torch.log(far / middle) / scale * (middle - 1)) + middle
        return torch.where(distances.abs() <= middle, distances, (steps * distances.sign()).to(torch.long))


@dataclass(frozen=True)
class Convolution:
    """A convolution over the embeddings, which is added to the first layer's output."""

    kernel: int
    activation: str


@dataclass(frozen=True)
class Shape:
    """The model's shape, from its configuration."""

    hidden: int
    heads: int
    layers: int
    activation: str
    norm_epsilon: float
    projected: bool
    """Whether the embeddings are narrower than the layers."""
    segments: int
    """The number of segment embeddings; 0 for none."""
    absolute: bool
    """Whether positions have embeddings, too."""
    distances: Distances | None
    attention: frozenset[str]
    """CONTENT_TO_POSITION, POSITION_TO_CONTENT, or both."""
    shared: bool
    """Whether the matrices of queries and keys make those of distances, too."""
    convolution: Convolution | None
    positions: int
    prefix: str
    """The beginning of all tensor names except the head's."""
    head: Head

    @property
    def attention_scale(self) -> float:
        """What each of the terms that make a logit of attention is multiplied by."""
        return 1 / float(np.sqrt(self.hidden // self.heads * (1 + len(self.attention))))


def shape_of(checkpoint: Checkpoint) -> Shape:
    config = checkpoint.config
    modular = modules.has_head(checkpoint)
    architecture = (config.get("architectures") or [""])[0]
    if not modular and architecture != "DebertaV2ForSequenceClassification":
        raise NotKnownToBuilder(f"architecture {architecture!r}, which is not DebertaV2ForSequenceClassification")
    for field in ("hidden_act", "pooler_hidden_act", "conv_act"):
        if config.get(field, GELU) not in ACTIVATIONS:
            raise NotKnownToBuilder(f"activation {config[field]!r} (known: {', '.join(ACTIVATIONS)})")
    absolute = config.get("position_biased_input", True)
    pooler = Dense("pooler.dense", config.get("pooler_hidden_act", GELU))
    return Shape(
        hidden=config["hidden_size"],
        heads=config["num_attention_heads"],
        layers=config["num_hidden_layers"],
        activation=config.get("hidden_act", GELU),
        norm_epsilon=config.get("layer_norm_eps", 1e-7),
        projected=config.get("embedding_size", config["hidden_size"]) != config["hidden_size"],
        segments=config.get("type_vocab_size", 0),
        absolute=absolute,
        distances=_distances(config),
        attention=_attention(config),
        shared=config.get("share_att_key", False),
        convolution=_convolution(config),
        positions=config.get("max_position_embeddings", 512) if absolute else LONGEST,
        prefix="" if modular else "deberta.",
        head=modules.head_of(checkpoint) if modular else Head(Pooling.CLS, (pooler,), "classifier"),
    )


def _attention(config: dict[str, Any]) -> frozenset[str]:
    kinds = config.get("pos_att_type") or []
    named = [kind.strip() for kind in kinds.lower().split("|")] if isinstance(kinds, str) else kinds
    return frozenset({CONTENT_TO_POSITION, POSITION_TO_CONTENT} & set(named))


def _distances(config: dict[str, Any]) -> Distances | None:
    if not config.get("relative_attention", False):
        return None
    largest = config.get("max_relative_positions", -1)
    largest = largest if largest >= 1 else config.get("max_position_embeddings", 512)
    buckets = config.get("position_buckets", -1)
    normalised = "layer_norm" in [part.strip() for part in (config.get("norm_rel_ebd") or "none").lower().split("|")]
    return Distances(buckets if buckets > 0 else largest, largest, buckets > 0, normalised)


def _convolution(config: dict[str, Any]) -> Convolution | None:
    kernel, groups = config.get("conv_kernel_size", 0), config.get("conv_groups", 1)
    if kernel > 0 and (groups != 1 or kernel % 2 == 0):
        raise NotKnownToBuilder(f"a convolution of size {kernel} in {counted(groups, 'group')}, only of odd sizes in one group")
    return Convolution(kernel, config.get("conv_act", TANH)) if kernel > 0 else None


class Deberta:
    """
    A logit of attention has up to three terms: query and key; query and the distance's key; key and the distance's query.
    The distances' keys and queries depend on the weights alone, so they are constants of the graph. The operator for
    attention takes the sum of the last two terms as its bias. Where the head reads the [CLS] row alone, so does the last layer.
    """

    def __init__(self, checkpoint: Checkpoint, shape: Shape, precision: Precision, max_tokens: int) -> None:
        self.checkpoint = checkpoint
        self.shape = shape
        self.precision = precision
        self.max_tokens = max_tokens
        self.layers = Layers(checkpoint, precision, max_tokens, shape.norm_epsilon, shape.activation, biased=False)
        self.graph = self.layers.graph
        self.ids = self.graph.input(INPUT_IDS)
        self.embeddings, self.encoder = f"{shape.prefix}embeddings", f"{shape.prefix}encoder"
        self.relative = self._relative() if shape.distances and shape.attention else None
        self.distances = self._embedded_distances(shape.distances) if shape.distances else None

    def build(self) -> onnx.ModelProto:
        embedded = x = self._embedded()
        for i in range(self.shape.layers - 1):
            x = self._layer(i, x, embedded)
        first_row = self.shape.head.pooling is Pooling.CLS
        x = self._layer(self.shape.layers - 1, x, embedded, first_row)
        return self.graph.model(LOGITS, add_head(self.graph, self.checkpoint, self.shape.head, x))

    def _embedded(self) -> str:
        """[1, tokens, hidden]."""
        graph, names = self.graph, self.embeddings
        x = self.precision.embedding(graph, "words", self.ids, self.layers.weight(f"{names}.word_embeddings"))
        if self.shape.absolute:
            table = graph.constant("positions", self.layers.weight(f"{names}.position_embeddings")[None, : self.max_tokens])
            tokens = graph.add("Shape", self.ids, start=1, end=2)
            x = graph.add("Add", x, graph.add("Slice", table, graph.ints(0), tokens, graph.ints(1)))
        if self.shape.segments > 0:
            segments = self.layers.weight(f"{names}.token_type_embeddings")
            one_for_all = self.shape.segments == 1
            table = graph.constant("segments", segments[0] if one_for_all else segments)
            x = graph.add("Add", x, table if one_for_all else graph.add("Gather", table, graph.input(TOKEN_TYPE_IDS)))
        x = self.layers.linear("projection", x, f"{names}.embed_proj") if self.shape.projected else x
        return self.layers.norm(f"{names}.LayerNorm", x)

    def _layer(self, i: int, x: str, embedded: str, first_row: bool = False) -> str:
        """
        [1, rows, hidden].

        x, embedded: the layer's input, and the first layer's input, [1, tokens, hidden]
        first_row: compute only the first row
        """
        names = f"{self.encoder}.layer.{i}"
        attended = self._attend_first(i, x) if first_row else self._attend(i, x)
        attended = self.layers.linear(f"{i}.attention", attended, f"{names}.attention.output.dense")
        rows = self.graph.first_rows(x) if first_row else x
        middle = self.layers.residual_norm(f"{names}.attention.output.LayerNorm", attended, rows)
        fed = self.layers.feed_forward(f"{i}", middle, f"{names}.intermediate.dense", f"{names}.output.dense")
        output = self.layers.residual_norm(f"{names}.output.LayerNorm", fed, middle)
        if i > 0 or self.shape.convolution is None:
            return output
        convolved = self._convolved(embedded, self.shape.convolution)
        convolved = self.graph.first_rows(convolved) if first_row else convolved
        return self.layers.residual_norm(f"{self.encoder}.conv.LayerNorm", convolved, output)

    def _attend(self, i: int, x: str) -> str:
        """[1, tokens, hidden]."""
        product = self.layers.smoothed_linear(f"{i}.vkq", x, *self._matrices(i, "value", "key", "query"))
        v, k, q = self.graph.split(product, 3)
        terms = []
        if self.relative and CONTENT_TO_POSITION in self.shape.attention:
            terms.append(self.relative.products(*self._scaled(i, "key", q)))
        if self.relative and POSITION_TO_CONTENT in self.shape.attention:
            by_key = self.relative.products(*self._scaled(i, "query", k), reverse=True)
            terms.append(self.graph.add("Transpose", by_key, perm=[0, 1, 3, 2]))
        return self._attention(q, k, v, terms)

    def _attend_first(self, i: int, x: str) -> str:
        """Attention of the first token: [1, 1, hidden]."""
        hidden = self.shape.hidden
        value_and_query = self._matrices(i, "value", "query")  # both, because calibration saw the value's inputs alone
        q = self.layers.smoothed_linear(f"{i}.q", self.graph.first_rows(x), *value_and_query, rows=slice(hidden, None))
        v, k = self.graph.split(self.layers.smoothed_linear(f"{i}.vk", x, *self._matrices(i, "value", "key")), 2)
        terms = []
        if self.relative and CONTENT_TO_POSITION in self.shape.attention:
            terms.append(self.relative.first_products(*self._scaled(i, "key", q)))
        if self.relative and POSITION_TO_CONTENT in self.shape.attention:
            terms.append(self.relative.products_with_first(*self._scaled(i, "query", k)))
        return self._attention(q, k, v, terms)

    def _attention(self, q: str, k: str, v: str, terms: list[str]) -> str:
        """terms: what to add to the logits, each [1, heads, rows, tokens]"""
        bias = ["", "", terms[0] if len(terms) == 1 else self.graph.add("Add", *terms)] if terms else []
        return self.graph.add(
            "MultiHeadAttention", q, k, v, *bias, domain=MICROSOFT, num_heads=self.shape.heads, scale=self.shape.attention_scale
        )

    def _scaled(self, i: int, matrix: str, x: str) -> tuple[str, str]:
        """x, and the vectors that a layer's matrix makes of the distances, scaled so that their products are terms of attention."""
        name = f"{i}.distances.{matrix}"
        vectors = self._distance_vectors(i, matrix) * self.shape.attention_scale
        if self.precision is Precision.FP32:
            return x, self.graph.constant(name, self._by_head(vectors))
        steps = scales(vectors, 0, VECTOR_STEPS)  # one per channel, so that x can take it
        table = self.graph.constant(name, self._by_head(quantised(vectors, steps, VECTOR_STEPS)))
        return self.graph.add("Mul", x, self.graph.constant(f"{name}.scale", steps)), table

    def _distance_vectors(self, i: int, matrix: str) -> np.ndarray:
        """[vectors, hidden]."""
        name = self._matrices(i, matrix if self.shape.shared else f"pos_{matrix}")[0]
        return self.distances @ self.layers.weight(name).T + (self.layers.bias(name) if self.checkpoint.has(f"{name}.bias") else 0)

    def _by_head(self, vectors: np.ndarray) -> np.ndarray:
        """[1, heads, vectors, head size]."""
        return vectors.reshape(1, len(vectors), self.shape.heads, -1).transpose(0, 2, 1, 3)

    def _matrices(self, i: int, *kinds: str) -> list[str]:
        return [f"{self.encoder}.layer.{i}.attention.self.{kind}_proj" for kind in kinds]

    def _relative(self) -> RelativePositions:
        vectors = self.shape.distances.vectors(self.max_tokens + BLOCK)
        return RelativePositions(self.graph, self.ids, vectors, self.shape.heads, self.shape.hidden // self.shape.heads)

    def _embedded_distances(self, distances: Distances) -> np.ndarray:
        """What each distance's vectors are made of, [vectors, hidden]."""
        embedded = self.layers.weight(f"{self.encoder}.rel_embeddings")
        if not distances.normalised:
            return embedded
        weight, bias = (torch.from_numpy(part(f"{self.encoder}.LayerNorm")) for part in (self.layers.weight, self.layers.bias))
        return torch.nn.functional.layer_norm(torch.from_numpy(embedded), weight.shape, weight, bias, self.shape.norm_epsilon).numpy()

    def _convolved(self, embedded: str, convolution: Convolution) -> str:
        """The convolution as one product of the rows around each row, [1, tokens, hidden]."""
        graph, side = self.graph, convolution.kernel // 2
        padded = graph.add("Pad", embedded, graph.ints(0, side, 0, 0, side, 0))
        begins = range(convolution.kernel)
        ends = [graph.add("Add", graph.add("Shape", embedded, start=1, end=2), graph.ints(begin)) for begin in begins]
        around = [graph.add("Slice", padded, graph.ints(begin), end, graph.ints(1)) for begin, end in zip(begins, ends, strict=True)]
        name = f"{self.encoder}.conv.conv"
        weight = self.layers.weight(name).transpose(0, 2, 1).reshape(self.shape.hidden, -1)  # [out, kernel * in]
        rows = graph.add("Concat", *around, axis=-1)
        return activation(graph, convolution.activation, self.precision.linear(graph, "conv", rows, weight, self.layers.bias(name)))
