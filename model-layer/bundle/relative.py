"""Builds the parts of attention that depend on how far two tokens are apart (DeBERTa; He et al., 2021, arXiv:2006.03654)."""

import numpy as np
from onnx import TensorProto

from bundle.graph import MICROSOFT, Graph

BLOCK = 128
"""How many tokens share one product with the vectors of all distances that they need."""


class RelativePositions:
    """
    Each token's products with the vectors of its distances to all tokens, [1, heads, tokens, tokens].

    Row i needs the distances i, i - 1, … i - (tokens - 1), so two rows next to each other need almost the same ones. One
    product of a block of rows with the distances of all of them has each row's products in a row of its own, moved by one
    column from row to row. Read with rows that are one column shorter, it has them below each other: this costs two copies,
    where picking each value by its place would take several times as long as the product.
    """

    def __init__(self, graph: Graph, ids: str, vectors: np.ndarray, heads: int, head_size: int) -> None:
        """vectors: the number of the vector for each distance, from the largest distance down to its negative, [2 * largest + 1]"""
        self.graph, self.heads, self.head_size = graph, heads, head_size
        self.tokens = tokens = graph.add("Shape", ids, start=1, end=2)
        blocks = self._divided(tokens, graph.ints(BLOCK))
        size = self._divided(tokens, blocks)
        self.width = graph.add("Sub", graph.add("Add", tokens, size), graph.ints(1))
        largest = len(vectors) // 2
        numbers = graph.constant("numbers", np.arange(len(vectors)))
        count = [graph.add("Slice", numbers, graph.ints(0), end, graph.ints(0)) for end in (blocks, size, self.width)]
        starts = graph.add("Unsqueeze", graph.add("Mul", count[0], size), graph.ints(1))
        self.rows = graph.add("Min", graph.add("Add", starts, count[1]), graph.add("Sub", tokens, graph.ints(1)))  # [blocks, size]
        self.first_column = graph.add("Sub", size, graph.ints(1))
        # Column c of the block that starts with row s is for the distance s + size - 1 - c.
        columns = graph.add("Sub", count[2], graph.add("Add", starts, self.first_column))
        table = graph.constant("vectors", vectors)
        self.from_rows = graph.add("Gather", table, graph.add("Add", graph.ints(largest), columns))  # [blocks, width]
        self.to_rows = graph.add("Gather", table, graph.add("Sub", graph.ints(largest), columns))
        of_first = graph.add("Add", graph.ints(largest), tokens)
        self.from_first = graph.add("Slice", table, graph.ints(largest), of_first, graph.ints(0))  # [tokens]

    def products(self, x: str, vectors: str, reverse: bool = False) -> str:
        """
        Each row's products with the vectors of its distances to all tokens, [1, heads, tokens, tokens].

        x: [1, tokens, hidden]; vectors: [1, heads, vectors, head size]; reverse: take the distances from all tokens to the row
        """
        graph = self.graph
        blocks = graph.add("Gather", x, self.rows, axis=1)
        blocks = graph.add("Transpose", self._by_head(blocks, 3), perm=[0, 3, 1, 2, 4])  # [1, heads, blocks, size, head size]
        near = self.picked(vectors, self.to_rows if reverse else self.from_rows)  # [1, heads, blocks, width, head size]
        products = graph.add("FusedMatMul", blocks, near, transB=1, domain=MICROSOFT)
        flat = graph.add("Reshape", products, graph.ints(0, 0, 0, -1))
        shorter = graph.add("Sub", self.width, graph.ints(1))
        size = graph.add("Add", self.first_column, graph.ints(1))
        end = graph.add("Add", self.first_column, graph.add("Mul", size, shorter))
        flat = graph.add("Slice", flat, self.first_column, end, graph.ints(3))
        rows = graph.add("Reshape", flat, graph.add("Concat", graph.ints(1, self.heads, -1), shorter, axis=0))
        both = graph.add("Concat", self.tokens, self.tokens, axis=0)
        return graph.add("Slice", rows, graph.ints(0, 0), both, graph.ints(2, 3))

    def first_products(self, x: str, vectors: str) -> str:
        """The products of one row, the first token's, with the vectors of its distances to all tokens, [1, heads, 1, tokens]."""
        row = self.rows_by_head(x)
        return self.graph.add("FusedMatMul", row, self.picked(vectors, self.from_first), transB=1, domain=MICROSOFT)

    def products_with_first(self, x: str, vectors: str) -> str:
        """Each row's product with the vector of the distance from the first token to it, [1, heads, 1, tokens]."""
        graph = self.graph
        product = graph.add("Mul", self.rows_by_head(x), self.picked(vectors, self.from_first))
        return graph.add("Unsqueeze", graph.add("ReduceSum", product, graph.ints(3), keepdims=0), graph.ints(2))

    def rows_by_head(self, x: str) -> str:
        """[1, heads, rows, head size] for x [1, rows, hidden]."""
        return self.graph.add("Transpose", self._by_head(x, 2), perm=[0, 2, 1, 3])

    def picked(self, vectors: str, numbers: str) -> str:
        return self.graph.add("Cast", self.graph.add("Gather", vectors, numbers, axis=2), to=TensorProto.FLOAT)

    def _by_head(self, x: str, dimensions: int) -> str:
        return self.graph.add("Reshape", x, self.graph.ints(*[0] * dimensions, self.heads, self.head_size))

    def _divided(self, x: str, by: str) -> str:
        """Rounded up."""
        return self.graph.add("Div", self.graph.add("Sub", self.graph.add("Add", x, by), self.graph.ints(1)), by)
