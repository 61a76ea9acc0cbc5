"""Builds the head on an encoder's rows: a pooling, then dense layers and normalisations. In fp32, because it is only one row."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from bundle.activations import activation
from bundle.checkpoint import Checkpoint
from bundle.graph import LOGITS, Graph
from bundle.precision import fp32_linear


class Pooling(Enum):
    """Which row of the last layer the head reads."""

    CLS = "cls"
    MEAN = "mean"


@dataclass(frozen=True)
class Dense:
    """A matrix, with its bias if the checkpoint has one."""

    name: str
    activation: str | None = None


@dataclass(frozen=True)
class Norm:
    name: str
    epsilon: float


@dataclass(frozen=True)
class Head:
    """A head. Names are the checkpoint's tensor names, without .weight and .bias."""

    pooling: Pooling
    steps: tuple[Dense | Norm, ...]
    out: str
    """The matrix with one row for each class."""


def add_head(graph: Graph, checkpoint: Checkpoint, head: Head, rows: str) -> int:
    """
    Adds the head, whose output is [1, classes]. Returns the number of classes.

    rows: for MEAN all tokens' rows [1, tokens, hidden], for CLS the first one [1, 1, hidden]
    """
    match head.pooling:
        case Pooling.CLS:
            x = graph.add("Squeeze", rows, graph.ints(1))
        case Pooling.MEAN:
            x = graph.add("ReduceMean", rows, graph.ints(1), keepdims=0)
    for step in head.steps:
        parts = _parts(checkpoint, step.name)
        match step:
            case Dense(_, act):
                x = fp32_linear(graph, f"head.{step.name}", x, *parts)
                x = activation(graph, act, x) if act else x
            case Norm(_, epsilon):
                weights = [graph.constant(f"head.{step.name}.{i}", part) for i, part in enumerate(parts) if part is not None]
                x = graph.add("LayerNormalization", x, *weights, axis=-1, epsilon=epsilon)
    weight, bias = _parts(checkpoint, head.out)
    fp32_linear(graph, f"head.{head.out}", x, weight, bias, output=LOGITS)
    return len(weight)


def _parts(checkpoint: Checkpoint, name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """A step's weight, and its bias if it has one."""
    bias = f"{name}.bias"
    return checkpoint.tensor(f"{name}.weight"), checkpoint.tensor(bias) if checkpoint.has(bias) else None
