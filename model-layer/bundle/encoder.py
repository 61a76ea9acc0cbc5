"""The purpose-built graph of a BERT-like cross-encoder: one pair per run, no mask, the last layer for [CLS] only
(unless the head reads every token)."""

import numpy as np
import onnx
from onnx import TensorProto

from bundle import interaction
from bundle.calibration import largest_inputs
from bundle.checkpoint import Checkpoint
from bundle.families import Classifier, Family, Interaction
from bundle.graph import INPUT_IDS, LOGITS, MICROSOFT, TOKEN_TYPE_IDS, Graph
from bundle.precision import Precision, fp32_linear

OUTLIERS = 8
"""How many channels of a feed-forward's middle go through fp32, if any are outliers."""
OUTLIER_RATIO = 3.0
"""A channel is an outlier if its range is this many times the median. Below, it leaves the others enough steps."""


class Encoder:
    """
    Built from the checkpoint's weights, with the fusions spelled out: Q, K and V in one product, attention as one
    op, residual and normalisation as one op.
    """

    def __init__(self, checkpoint: Checkpoint, family: Family, precision: Precision, max_tokens: int) -> None:
        self.checkpoint = checkpoint
        self.family = family
        self.precision = precision
        self.max_tokens = max_tokens
        self.graph = Graph()
        self.largest = {} if precision is Precision.FP32 else largest_inputs(checkpoint, max_tokens)

    def build(self) -> onnx.ModelProto:
        ids = self.graph.input(INPUT_IDS)
        segments = self.graph.input(TOKEN_TYPE_IDS) if self.family.segments > 1 else None
        across = None
        if isinstance(self.family.head, Interaction):
            ids, segments = interaction.with_second_cls(self.graph, ids, segments)
            across = interaction.across(self.graph, segments)
        x = self._embeddings(ids, segments)
        *before, last = range(self.family.layers)
        for i in before:
            x = self._layer(i, x, x, across)
        match self.family.head:
            case Classifier() as head:
                first = self.graph.add("Slice", x, *(self.graph.ints(n) for n in (0, 1, 1)))  # [1, 1, hidden]
                classes = self._classify(head, self._layer(last, x, first, across))
            case Interaction():
                rows = self._layer(last, x, x, across)
                classes = interaction.interaction_head(self.graph, self.checkpoint, rows, ids, segments, LOGITS)
        return self.graph.model(LOGITS, classes)

    def _embeddings(self, ids: str, segments: str | None) -> str:
        """[1, tokens, hidden]."""
        names, graph = self.family.embeddings, self.graph
        words = self.precision.embedding(graph, "words", ids, self._weight(f"{names}.word_embeddings"))
        first = self.family.first_position
        from_row = first if self.family.padding is None else self.family.padding
        positions = self._weight(f"{names}.position_embeddings")[from_row : first + self.max_tokens]
        if self.family.segments == 1:
            positions = positions + self._weight(f"{names}.token_type_embeddings")[0]
        elif segments is not None:
            table = graph.constant("segments", self._weight(f"{names}.token_type_embeddings"))
            words = graph.add("Add", words, graph.add("Gather", table, segments))
        used = self._positions(ids, segments, positions)
        x = self._norm(f"{names}.LayerNorm", graph.add("Add", words, used))
        return self._linear("projection", x, self.family.projection) if self.family.projection else x

    def _positions(self, ids: str, segments: str | None, positions: np.ndarray) -> str:
        """The embedding of each token's position, [1, tokens, hidden]."""
        graph = self.graph
        if self.family.padding is not None:  # its row comes first, and the others are counted without it
            padding = graph.add("Equal", ids, graph.ints(self.family.padding))
            counted = graph.add("Cast", graph.add("Not", padding), to=TensorProto.INT64)
            places = graph.add("Mul", graph.add("CumSum", counted, graph.ints(1)), counted)
            return graph.add("Gather", graph.constant("positions", positions), places)
        table = graph.constant("positions", positions[None])
        if isinstance(self.family.head, Interaction):
            return interaction.positions(graph, table, segments)
        tokens = graph.add("Shape", ids, start=1, end=2)
        return graph.add("Slice", table, graph.ints(0), tokens, graph.ints(1))

    def _layer(self, i: int, x: str, rows: str, across: str | None = None) -> str:
        """
        One layer of the rows asked for, which attend to all of x.

        x: [1, tokens, hidden]; rows and result: [1, rows, hidden]; across: interaction.across, of a model with gates.
        """
        names, graph = self.family.layer(i), self.graph
        if rows == x:
            q, k, v = graph.split(self._smoothed_linear(f"{i}.qkv", x, names.query, names.key, names.value), 3)
        else:
            q = self._smoothed_linear(f"{i}.q", rows, names.query)
            k, v = graph.split(self._smoothed_linear(f"{i}.kv", x, names.key, names.value), 2)
        attended = graph.add("MultiHeadAttention", q, k, v, *self._gate(i, across), domain=MICROSOFT, num_heads=self.family.heads)
        attended = self._linear(f"{i}.attention", attended, names.attention_output)
        middle = self._residual_norm(names.attention_norm, attended, rows)
        return self._residual_norm(names.feed_forward_norm, self._feed_forward(i, middle), middle)

    def _gate(self, i: int, across: str | None) -> list[str]:
        """The attention's further inputs, where a layer has a gate between query and document."""
        if across is None:
            return []
        gate = self.graph.constant(f"{i}.gate", self.checkpoint.tensor("interaction.gates")[i : i + 1])
        return ["", "", self.graph.add("Mul", across, gate)]

    def _feed_forward(self, i: int, x: str) -> str:
        """
        [1, rows, hidden]. In most models a few channels of the wide middle reach ten times the others' values. In int8 they
        would leave the others few steps, so they go through fp32.
        """
        names, graph, act = self.family.layer(i), self.graph, self.family.activation
        w_in, b_in = self._weight(names.feed_forward_in), self._bias(names.feed_forward_in)
        w_out, b_out = self._weight(names.feed_forward_out), self._bias(names.feed_forward_out)
        if self.precision is Precision.FP32:
            wide = activation(graph, act, fp32_linear(graph, f"{i}.in", x, w_in, b_in))
            return fp32_linear(graph, f"{i}.out", wide, w_out, b_out)
        outliers, rest = outliers_and_rest(self.largest[names.feed_forward_out])
        smoothed = self.largest[names.feed_forward_in]
        wide = activation(graph, act, self.precision.linear(graph, f"{i}.in", x, w_in[rest], b_in[rest], smoothed))
        product = self.precision.linear(graph, f"{i}.out", wide, w_out[:, rest], b_out)
        if len(outliers) == 0:
            return product
        outlying = activation(graph, act, fp32_linear(graph, f"{i}.in.outliers", x, w_in[outliers], b_in[outliers]))
        exact = graph.add("MatMul", outlying, graph.constant(f"{i}.out.outliers.weight", w_out[:, outliers].T))
        return graph.add("Add", product, exact)

    def _classify(self, head: Classifier, x: str) -> int:
        """Adds the head, from the [CLS] row x [1, 1, hidden] to the graph's output. In fp32: one row costs little. Returns the classes."""
        graph = self.graph
        row = graph.add("Squeeze", x, graph.ints(1))
        dense = fp32_linear(graph, "head.dense", row, self._weight(head.dense), self._bias(head.dense))
        dense = activation(graph, head.activation, dense)
        out, bias = self._weight(head.out), self._bias(head.out)
        product = graph.add("MatMul", dense, graph.constant("head.out.weight", out.T))
        graph.add("Add", product, graph.constant("head.out.bias", bias), output=LOGITS)
        return len(out)

    def _linear(self, name: str, x: str, *parts: str) -> str:
        """One product for matrices that share their input; their outputs are concatenated."""
        return self.precision.linear(self.graph, name, x, *self._concatenated(parts))

    def _smoothed_linear(self, name: str, x: str, *parts: str) -> str:
        """The same for an input that a normalisation made: some of its channels are always larger."""
        return self.precision.linear(self.graph, name, x, *self._concatenated(parts), self.largest.get(parts[0]))

    def _concatenated(self, parts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        return np.concatenate([self._weight(part) for part in parts]), np.concatenate([self._bias(part) for part in parts])

    def _norm(self, name: str, x: str) -> str:
        return self.graph.add("LayerNormalization", x, *self._norm_weights(name), axis=-1, epsilon=self.family.norm_epsilon)

    def _residual_norm(self, name: str, x: str, residual: str) -> str:
        return self.graph.add(
            "SkipLayerNormalization", x, residual, *self._norm_weights(name), domain=MICROSOFT, epsilon=self.family.norm_epsilon
        )

    def _norm_weights(self, name: str) -> list[str]:
        return [self.graph.constant(f"{name}.{part}", self.checkpoint.tensor(f"{name}.{part}")) for part in ("weight", "bias")]

    def _weight(self, name: str) -> np.ndarray:
        return self.checkpoint.tensor(f"{name}.weight")

    def _bias(self, name: str) -> np.ndarray:
        return self.checkpoint.tensor(f"{name}.bias")


def outliers_and_rest(largest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Splits the channels of a feed-forward's middle by their largest values, [channels]."""
    by_range = np.argsort(-largest, kind="stable")
    count = OUTLIERS if largest.max() > OUTLIER_RATIO * np.median(largest) else 0
    return np.sort(by_range[:count]), np.sort(by_range[count:])


def activation(graph: Graph, name: str, x: str) -> str:
    match name:
        case "gelu":
            return graph.add("Gelu", x, domain=MICROSOFT)
        case "gelu_new" | "gelu_pytorch_tanh":
            return graph.add("FastGelu", x, domain=MICROSOFT)
        case "relu":
            return graph.add("Relu", x)
        case "tanh":
            return graph.add("Tanh", x)
    raise ValueError(name)
