"""Finds out whether this machine's processor computes sums of 8-bit products correctly."""

from functools import cache

import numpy as np

from bundle.graph import Graph
from bundle.onnx_session import one_thread_session
from bundle.precision import Precision

INPUTS = 64


@cache
def sums_overflow(precision: Precision) -> bool:
    """
    Whether the processor adds two 8-bit products in too few bits. x86 without VNNI has 16 (onnxruntime#6004), which cannot
    hold 2 x 255 x 127. This computes such a sum, 64 times 1 x 1, because a list of processors would become outdated.
    """
    graph = Graph()
    rows = graph.add("Cast", graph.input("ones"), to=1)
    ones = np.ones((1, INPUTS), dtype=np.float32)
    product = precision.linear(graph, "weight", rows, ones, None)
    graph.add("Identity", product, output="sum")
    session = one_thread_session(graph.model("sum", 1).SerializeToString())
    (result,) = session.run(None, {"ones": ones.astype(np.int64)})
    return abs(result.item() - INPUTS) > 1
