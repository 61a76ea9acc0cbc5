"""What this machine's processor makes of 8-bit products."""

from functools import cache

import numpy as np

from bundle.graph import Graph
from bundle.onnx_session import one_thread_session
from bundle.precision import Precision

INPUTS = 64


@cache
def sums_overflow(precision: Precision) -> bool:
    """
    Whether the sum of two products is kept in fewer bits than it needs: x86 without VNNI has 16 (onnxruntime#6004), and
    2 x 255 x 127 is more than they hold. By such a sum, 64 times 1 x 1, not by the processor's name.
    """
    graph = Graph()
    rows = graph.add("Cast", graph.input("ones"), to=1)
    ones = np.ones((1, INPUTS), dtype=np.float32)
    product = precision.linear(graph, "weight", rows, ones, None)
    graph.add("Identity", product, output="sum")
    session = one_thread_session(graph.model("sum", 1).SerializeToString())
    (given,) = session.run(None, {"ones": ones.astype(np.int64)})
    return abs(given.item() - INPUTS) > 1
