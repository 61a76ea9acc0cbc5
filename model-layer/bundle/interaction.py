"""The head of the models that `train` makes: three readings of the last layer, summed to one logit.

The cosine of the mean query vector and the mean document vector; the query tokens' best cosines with a token of the
document, weighted by each token's importance; a linear layer on [CLS]. See train/cross_encoder.py.
"""

import numpy as np

from bundle.checkpoint import Checkpoint
from bundle.graph import Graph

ARCHITECTURE = "InteractionCrossEncoder"
EPSILON = 1e-12


def interaction_head(graph: Graph, checkpoint: Checkpoint, x: str, segments: str, output: str) -> int:
    """
    From the last layer to the graph's output, [1, 1]; the number of classes. In fp32: it costs next to nothing.

    x: [1, tokens, hidden]; segments: [1, tokens], 0 for [CLS] query [SEP] and 1 for document [SEP].
    """

    def weight(name: str) -> np.ndarray:
        return checkpoint.tensor(f"interaction.{name}")

    tokens = graph.add("Shape", segments, start=1, end=2)
    in_document = graph.add("ReduceSum", segments, graph.ints(1), keepdims=0)  # [1]
    in_query = graph.add("Sub", tokens, in_document)  # [1]

    def query(rows: str) -> str:
        return graph.add("Slice", rows, graph.ints(0), in_query, graph.ints(1))

    def document(rows: str) -> str:
        return graph.add("Slice", rows, in_query, tokens, graph.ints(1))

    def unit(rows: str) -> str:
        norm = graph.add("ReduceL2", rows, graph.ints(-1), keepdims=1)
        return graph.add("Div", rows, graph.add("Max", norm, graph.constant("epsilon", np.float32([EPSILON]))))

    def mean(rows: str) -> str:
        return unit(graph.add("ReduceMean", rows, graph.ints(1), keepdims=1))  # [1, 1, hidden]

    def dot(left: str, right: str) -> str:
        return graph.add("MatMul", left, graph.add("Transpose", right, perm=[0, 2, 1]))

    def linear(name: str, rows: str) -> str:
        product = graph.add("MatMul", rows, graph.constant(f"{name}.weight", weight(f"{name}.weight").T))
        return graph.add("Add", product, graph.constant(f"{name}.bias", weight(f"{name}.bias")))

    def flat(value: str) -> str:
        return graph.add("Reshape", value, graph.ints(1, 1))

    means = dot(mean(query(x)), mean(document(x)))  # [1, 1, 1]
    units = unit(x)
    best = graph.add("ReduceMax", dot(query(units), document(units)), graph.ints(-1), keepdims=1)  # [1, query tokens, 1]
    importance = graph.add("Softmax", linear("importance", query(x)), axis=1)  # [1, query tokens, 1]
    late = graph.add("ReduceSum", graph.add("Mul", importance, best), graph.ints(1), keepdims=0)
    first = graph.add("Slice", x, graph.ints(0), graph.ints(1), graph.ints(1))

    of_means, of_late, constant = weight("mix")
    terms = [
        graph.add("Mul", flat(means), graph.constant("mix.means", np.float32([of_means]))),
        graph.add("Mul", flat(late), graph.constant("mix.late", np.float32([of_late]))),
        flat(linear("cls", first)),
        graph.constant("mix.constant", np.float32([[constant]])),
    ]
    graph.add("Sum", *terms, output=output)
    return 1
