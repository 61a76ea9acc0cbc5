"""How a graph stores and multiplies matrices and embeddings."""

from enum import Enum

import numpy as np

from bundle.graph import MICROSOFT, Graph


class Precision(Enum):
    INT8 = "int8"
    """Weights in -127..127, which saturate in the 16-bit sums of AVX2 hosts without VNNI (onnxruntime#6004)."""
    INT8_7BIT = "int8-7bit"
    """Weights in -63..63. No sum of two products can saturate (2 x 255 x 63 < 2^15), so all CPUs give the same result."""
    FP32 = "fp32"

    @property
    def largest_weight(self) -> int:
        """The largest weight."""
        return 127 if self is Precision.INT8 else 63

    def linear(
        self, graph: Graph, name: str, x: str, weight: np.ndarray, bias: np.ndarray | None, largest: np.ndarray | None = None
    ) -> str:
        """
        x [1, rows, inputs] times weight [outputs, inputs], plus bias [outputs] if there is one.

        largest: the largest value of each input channel, [inputs], if smoothing is useful
        """
        if self is Precision.FP32:
            return fp32_linear(graph, name, x, weight, bias)
        if largest is not None:
            step = smoothing(largest, weight)
            x = graph.add("Mul", x, graph.constant(f"{name}.smoothing", 1 / step))
            weight = weight * step
        scale = scales(weight.T, 0, self.largest_weight)  # one per channel
        inputs = [
            x,
            graph.constant(f"{name}.weight", quantised(weight.T, scale, self.largest_weight)),
            graph.constant(f"{name}.scale", scale),
            graph.constant(f"{name}.zero", np.zeros(len(scale), dtype=np.int8)),
        ]
        if bias is not None:
            inputs.append(graph.constant(f"{name}.bias", bias))
        return graph.add("DynamicQuantizeMatMul", *inputs, domain=MICROSOFT)

    def embedding(self, graph: Graph, name: str, ids: str, table: np.ndarray) -> str:
        """Adds a lookup of rows in the table [vocabulary, width]; the result is [1, tokens, width]."""
        if self is Precision.FP32:
            return graph.add("Gather", graph.constant(f"{name}.weight", table), ids)
        scale = scales(table, 1, 127)[:, None]  # one per row; there is no sum here that could saturate
        rows = graph.add("Gather", graph.constant(f"{name}.weight", quantised(table, scale, 127)), ids)
        row_scales = graph.add("Gather", graph.constant(f"{name}.scale", scale), ids)
        return graph.add("Mul", graph.add("Cast", rows, to=1), row_scales)


def fp32_linear(
    graph: Graph, name: str, x: str, weight: np.ndarray, bias: np.ndarray | None, output: str | None = None
) -> str:
    """The same in fp32. output: the name of the result, if it matters"""
    product = graph.add("MatMul", x, graph.constant(f"{name}.weight", weight.T), output=output if bias is None else None)
    return product if bias is None else graph.add("Add", product, graph.constant(f"{name}.bias", bias), output=output)


def smoothing(largest: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """
    The square root of each input channel's range divided by its weights' range, [inputs]. Activations are divided by it
    and weights multiplied by it, so that both have similar ranges (SmoothQuant with alpha 0.5; Xiao et al., 2023,
    arXiv:2211.10438).
    """
    weights = np.abs(weight).max(axis=0)
    step = np.sqrt(np.where(largest > 0, largest, 1) / np.where(weights > 0, weights, 1))
    return (step / np.exp(np.log(step).mean())).astype(np.float32)


def scales(values: np.ndarray, axis: int, maximum: int) -> np.ndarray:
    """The step with which the largest value along an axis becomes `maximum`; 1 if all values are zero."""
    largest = np.maximum(values.max(axis=axis), -values.min(axis=axis))
    return np.where(largest > 0, largest / maximum, 1).astype(np.float32)


def quantised(values: np.ndarray, scale: np.ndarray, maximum: int) -> np.ndarray:
    steps = values / scale
    np.rint(steps, out=steps)  # in place, because a vocabulary's table is large
    return np.clip(steps, -maximum, maximum, out=steps).astype(np.int8)
