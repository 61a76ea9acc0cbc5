"""The common parts of all families' layers: products, feed-forwards and normalisations."""

import numpy as np

from bundle.activations import activation
from bundle.calibration import largest_inputs
from bundle.checkpoint import Checkpoint
from bundle.graph import MICROSOFT, Graph
from bundle.precision import Precision, fp32_linear, smoothing

OUTLIERS = 8
"""How many channels of a feed-forward's middle are computed in fp32, if any are outliers."""
OUTLIER_RATIO = 3.0
"""A channel is an outlier if its range is this many times the median. With a smaller range, enough steps remain for the others."""


class Layers:
    """
    Adds parts of layers to a graph. Names are the checkpoint's tensor names, without .weight and .bias.

    biased: whether each matrix and normalisation must have a bias; otherwise a bias is used if the checkpoint has it
    largest: the largest inputs of each matrix; measured here if left out
    root_mean_square: whether the normalisations divide by the root of the mean square, without subtracting the mean
    by_row: whether the ranges of the tokens' rows differ much
    """

    def __init__(
        self, checkpoint: Checkpoint, precision: Precision, max_tokens: int, norm_epsilon: float, activation: str, biased: bool,
        largest: dict[str, np.ndarray] | None = None, root_mean_square: bool = False, by_row: bool = False,
    ) -> None:  # fmt: skip
        self.checkpoint = checkpoint
        self.biased = biased
        self.precision = precision
        self.norm_epsilon = norm_epsilon
        self.activation = activation
        self.by_row = by_row
        self.graph = Graph()
        self.normalization = "SimplifiedLayerNormalization" if root_mean_square else "LayerNormalization"
        measured = largest is None and precision.needs_ranges
        self.largest = largest_inputs(checkpoint, max_tokens) if measured else largest or {}

    def weight(self, name: str) -> np.ndarray:
        return self.checkpoint.tensor(f"{name}.weight")

    def bias(self, name: str) -> np.ndarray | None:
        return self.checkpoint.tensor(f"{name}.bias") if self.biased or self.checkpoint.has(f"{name}.bias") else None

    def linear(self, name: str, x: str, *parts: str) -> str:
        """One product for matrices with the same input. Their outputs are concatenated."""
        return self._product(name, x, *self._concatenated(parts))

    def smoothed_linear(self, name: str, x: str, *parts: str, rows: slice = slice(None)) -> str:
        """
        The same for the output of a normalisation, in which some channels are always larger.

        rows: the outputs to compute
        """
        weight, bias = self._concatenated(parts)
        bias = bias if bias is None else bias[rows]
        return self._product(name, x, weight[rows], bias, self.largest.get(parts[0]))

    def feed_forward(self, name: str, x: str, into: str, out_of: str, gated: bool = False, gates: str | None = None) -> str:
        """
        [1, rows, hidden]. In most models a few channels of the wide middle reach ten times the others' values. In int8 they
        would leave few steps for the others, so they are computed in fp32.

        gated: the matrix `into` has two outputs for each channel of the middle: first all values, then all gates.
        gates: the matrix of the gates, if `into` has the values alone
        """
        graph = self.graph
        gated = gated or gates is not None
        w_in, b_in = self._concatenated((into,) if gates is None else (into, gates))
        w_out, b_out = self.weight(out_of), self.bias(out_of)

        def rows(channels: np.ndarray) -> np.ndarray:
            return np.concatenate([channels, channels + w_out.shape[1]]) if gated else channels

        def part(values: np.ndarray | None, channels: np.ndarray) -> np.ndarray | None:
            return None if values is None else values[rows(channels)]

        if not self.precision.needs_ranges:
            return self._product(f"{name}.out", self._activated(self._product(f"{name}.in", x, w_in, b_in), gated), w_out, b_out)
        largest = self.largest[out_of]
        if gated:  # a gate absorbs its channel's smoothing at no cost
            step = smoothing(largest, w_out)
            of_rows = np.concatenate([np.ones_like(step), step])
            largest, w_out, w_in = largest / step, w_out * step, w_in / of_rows[:, None]
            b_in = None if b_in is None else b_in / of_rows
        outliers, rest = outliers_and_rest(largest)
        product = self._product(f"{name}.in", x, w_in[rows(rest)], part(b_in, rest), self.largest[into])
        product = self._product(f"{name}.out", self._activated(product, gated), w_out[:, rest], b_out)
        if len(outliers) == 0:
            return product
        outlying = fp32_linear(graph, f"{name}.in.outliers", x, w_in[rows(outliers)], part(b_in, outliers))
        exact = fp32_linear(graph, f"{name}.out.outliers", self._activated(outlying, gated), w_out[:, outliers], None)
        return graph.add("Add", product, exact)

    def norm(self, name: str, x: str) -> str:
        return self.graph.add(self.normalization, x, *self._norm_weights(name), axis=-1, epsilon=self.norm_epsilon)

    def residual_norm(self, name: str, x: str, residual: str) -> str:
        """The sum of x and residual, normalised."""
        return self.graph.add(
            f"Skip{self.normalization}", x, residual, *self._norm_weights(name), domain=MICROSOFT, epsilon=self.norm_epsilon
        )

    def residual_and_norm(self, name: str, x: str, residual: str) -> tuple[str, str]:
        """The sum of x and residual, and the normalised sum."""
        outputs = [f"{name}.normed", "", "", f"{name}.sum"]
        self.graph.add_many(
            f"Skip{self.normalization}", x, residual, *self._norm_weights(name), domain=MICROSOFT, outputs=outputs,
            epsilon=self.norm_epsilon,
        )  # fmt: skip
        return outputs[3], outputs[0]

    def _product(
        self, name: str, x: str, weight: np.ndarray, bias: np.ndarray | None, largest: np.ndarray | None = None
    ) -> str:  # fmt: skip
        return self.precision.linear(self.graph, name, x, weight, bias, largest, self.by_row)

    def _activated(self, product: str, gated: bool) -> str:
        if not gated:
            return activation(self.graph, self.activation, product)
        values, gates = self.graph.split(product, 2)
        return self.graph.add("Mul", activation(self.graph, self.activation, values), gates)

    def _concatenated(self, parts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray | None]:
        biases = [bias for bias in map(self.bias, parts) if bias is not None]
        return np.concatenate([self.weight(part) for part in parts]), np.concatenate(biases) if biases else None

    def _norm_weights(self, name: str) -> list[str]:
        parts = {"weight": self.weight(name), "bias": self.bias(name)}
        return [self.graph.constant(f"{name}.{part}", values) for part, values in parts.items() if values is not None]


def outliers_and_rest(largest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Splits the channels of a feed-forward's middle by their largest values, [channels]."""
    by_range = np.argsort(-largest, kind="stable")
    count = OUTLIERS if largest.max() > OUTLIER_RATIO * np.median(largest) else 0
    return np.sort(by_range[:count]), np.sort(by_range[count:])
