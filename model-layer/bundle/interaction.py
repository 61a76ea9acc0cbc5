"""Builds the parts of an InteractionCrossEncoder's graph that other BERT encoders do not have; see bundle/interaction_model.py.

The document gets its own [CLS], and its positions begin at 0 again. The encoder's attention stays within query and within
document. The head sums four readings: the cosine of the mean query vector and the
mean document vector; the query tokens' best cosines with a token of the document, weighted by each token's importance;
the share of the query's stems that the document contains, weighted as in BM25; and a linear layer on [CLS], after the
cross layers if there are any.
"""

import numpy as np
from onnx import TensorProto

from bundle import bm25
from bundle.checkpoint import Checkpoint
from bundle.graph import Graph

EPSILON = 1e-12


def with_second_cls(graph: Graph, ids: str, segments: str) -> tuple[str, str]:
    """Inserts a second [CLS]: [CLS] query [SEP] [CLS] document [SEP]. Returns ids and segments, each [1, tokens + 1]."""
    tokens, in_query, _ = lengths(graph, segments)
    cls = graph.add("Slice", ids, graph.ints(0), graph.ints(1), graph.ints(1))
    query = graph.add("Slice", ids, graph.ints(0), in_query, graph.ints(1))
    document = graph.add("Slice", ids, in_query, tokens, graph.ints(1))
    last = graph.add("Slice", segments, graph.ints(-1), tokens, graph.ints(1))
    return graph.add("Concat", query, cls, document, axis=1), graph.add("Concat", segments, last, axis=1)


def positions(graph: Graph, table: str, segments: str) -> str:
    """Position embeddings [1, tokens, hidden] from a table [1, positions, hidden]. Query and document both begin at position 0."""
    _, *both = lengths(graph, segments)
    parts = [graph.add("Slice", table, graph.ints(0), length, graph.ints(1)) for length in both]
    return graph.add("Concat", *parts, axis=1)


def sides(graph: Graph, rows: str, segments: str) -> tuple[str, str]:
    """The rows of the query and of the document."""
    tokens, in_query, _ = lengths(graph, segments)
    query = graph.add("Slice", rows, graph.ints(0), in_query, graph.ints(1))
    return query, graph.add("Slice", rows, in_query, tokens, graph.ints(1))


def lengths(graph: Graph, segments: str) -> tuple[str, str, str]:
    """The number of tokens in total, in the query and in the document, each [1]."""
    tokens = graph.add("Shape", segments, start=1, end=2)
    in_document = graph.add("ReduceSum", segments, graph.ints(1), keepdims=0)
    return tokens, graph.add("Sub", tokens, in_document), in_document


def interaction_head(graph: Graph, checkpoint: Checkpoint, x: str, first: str, ids: str, segments: str, output: str) -> int:
    """
    Adds the head, from the last layer to the graph's output [1, 1]. It is cheap, so it is in fp32. Returns the number of classes.

    x: [1, tokens, hidden]; first: the row of [CLS], [1, 1, hidden]; ids, segments: [1, tokens], segments 0 for the query's
    tokens and 1 for the document's.
    """

    def weight(name: str) -> np.ndarray:
        return checkpoint.tensor(f"interaction.{name}")

    tokens, in_query, in_document = lengths(graph, segments)

    def number(name: str, value: float) -> str:
        return graph.constant(name, np.float32([value]))

    def query(rows: str) -> str:
        return graph.add("Slice", rows, graph.ints(0), in_query, graph.ints(1))

    def document(rows: str) -> str:
        return graph.add("Slice", rows, in_query, tokens, graph.ints(1))

    def unit(rows: str) -> str:
        norm = graph.add("ReduceL2", rows, graph.ints(-1), keepdims=1)
        return graph.add("Div", rows, graph.add("Max", norm, number("epsilon", EPSILON)))

    def mean(rows: str) -> str:
        return unit(graph.add("ReduceMean", rows, graph.ints(1), keepdims=1))  # [1, 1, hidden]

    def dot(left: str, right: str) -> str:
        return graph.add("MatMul", left, graph.add("Transpose", right, perm=[0, 2, 1]))

    def linear(name: str, rows: str) -> str:
        product = graph.add("MatMul", rows, graph.constant(f"{name}.weight", weight(f"{name}.weight").T))
        return graph.add("Add", product, graph.constant(f"{name}.bias", weight(f"{name}.bias")))

    def flat(value: str) -> str:
        return graph.add("Reshape", value, graph.ints(1, 1))

    units = unit(x)
    best = graph.add("ReduceMax", dot(query(units), document(units)), graph.ints(-1), keepdims=1)  # [1, query tokens, 1]
    importance = graph.add("Softmax", linear("importance", query(x)), axis=1)  # [1, query tokens, 1]
    late = graph.add("ReduceSum", graph.add("Mul", importance, best), graph.ints(1), keepdims=0)

    stems = graph.add("Gather", graph.constant("words.stems", weight("stems").astype(np.int32)), ids)
    same = graph.add("Equal", graph.add("Unsqueeze", query(stems), graph.ints(2)), graph.add("Unsqueeze", document(stems), graph.ints(1)))
    counts = graph.add("ReduceSum", graph.add("Cast", same, to=TensorProto.FLOAT), graph.ints(2), keepdims=0)  # [1, query tokens]
    length = graph.add("Cast", in_document, to=TensorProto.FLOAT)
    by_length = graph.add("Mul", length, number("words.by_length", bm25.K1 * bm25.B / bm25.MEAN_TOKENS))
    slow = graph.add("Add", by_length, number("words.slow", bm25.K1 * (1 - bm25.B)))
    idf = graph.add("Gather", graph.constant("words.idf", weight("idf")), query(ids))  # [1, query tokens]
    found = graph.add("Mul", idf, graph.add("Div", counts, graph.add("Add", counts, slow)))
    most = graph.add("Max", graph.add("ReduceSum", idf, graph.ints(1), keepdims=1), number("words.least", bm25.MIN_IDF_SUM))
    shared = graph.add("Div", graph.add("ReduceSum", found, graph.ints(1), keepdims=1), most)  # [1, 1]

    of_means, of_late, of_words, constant = weight("mix")
    terms = [
        graph.add("Mul", flat(late), number("mix.late", of_late)),
        graph.add("Mul", shared, number("mix.words", of_words)),
        flat(linear("cls", first)),
        graph.constant("mix.constant", np.float32([[constant]])),
    ]
    if of_means != 0:
        means = dot(mean(query(x)), mean(document(x)))  # [1, 1, 1]
        terms.append(graph.add("Mul", flat(means), number("mix.means", of_means)))
    graph.add("Sum", *terms, output=output)
    return 1
