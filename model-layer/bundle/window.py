"""Builds attention within a sliding window. Its time and memory grow linearly with the tokens, not with their square."""

import numpy as np

from bundle.graph import MICROSOFT, Graph

HIDDEN = np.float32([-1e30])
"""Added to the logit of a key that a query must not attend to."""


class SlidingWindow:
    """
    Attention in which a token attends to tokens at most `reach` tokens away.

    The queries are cut into blocks. A block reads its own keys and the keys up to `reach` tokens on both sides. A short sequence
    is one block without sides. The last block may extend beyond the last token: it then repeats the last row, which is cut off
    at the end.
    """

    def __init__(self, graph: Graph, ids: str, reach: int, max_tokens: int) -> None:
        self.graph = graph
        self.tokens = tokens = graph.add("Shape", ids, start=1, end=2)
        block = max(2 * reach, 1)
        many = graph.add("Greater", tokens, graph.ints(2 * block))
        enough = graph.add("Div", graph.add("Add", tokens, graph.ints(block - 1)), graph.ints(block))
        blocks = graph.add("Where", many, enough, graph.ints(1))
        side = graph.add("Where", many, graph.ints(reach), graph.ints(0))
        size = graph.add("Div", graph.add("Sub", graph.add("Add", tokens, blocks), graph.ints(1)), blocks)
        both_sides = graph.add("Add", size, graph.add("Add", side, side))

        last = graph.add("Sub", tokens, graph.ints(1))
        starts = graph.add("Unsqueeze", graph.add("Mul", self._count(blocks, max_tokens), size), graph.ints(1))
        queries = graph.add("Add", starts, self._count(size, max_tokens))
        keys = graph.add("Add", starts, graph.add("Sub", self._count(both_sides, max_tokens), side))
        self.queries = graph.add("Min", queries, last)  # [blocks, size]
        self.keys = graph.add("Max", graph.add("Min", keys, last), graph.ints(0))  # [blocks, size + both sides]

        longest = min(2 * block, max_tokens)
        places = np.arange(-reach, longest + reach)[None] - np.arange(longest)[:, None]  # distance of each key from each query
        begin = graph.add("Sub", graph.ints(reach), side)
        near = graph.add("Slice", graph.constant("window", np.abs(places) <= reach), graph.ints(0), size, graph.ints(0))
        near = graph.add("Slice", near, begin, graph.add("Add", begin, both_sides), graph.ints(1))
        exists = graph.add("Unsqueeze", graph.add("Equal", keys, self.keys), graph.ints(1, 2))
        seen, hidden = graph.constant("seen", np.float32([0])), graph.constant("hidden", HIDDEN)
        self.bias = graph.add("Where", graph.add("And", near, exists), seen, hidden)  # [blocks, 1, size, size + both sides]

    def attend(self, q: str, k: str, v: str, heads: int) -> str:
        """Attends with queries, keys and values, each [1, tokens, hidden]. The result is [1, tokens, hidden]."""
        graph = self.graph
        blocks = [self._rows(x, places) for x, places in ((q, self.queries), (k, self.keys), (v, self.keys))]
        attended = graph.add("MultiHeadAttention", *blocks, "", "", self.bias, domain=MICROSOFT, num_heads=heads)
        joined = graph.add("Reshape", attended, graph.add("Concat", graph.ints(1, -1), graph.add("Shape", q, start=2, end=3), axis=0))
        return graph.add("Slice", joined, graph.ints(0), self.tokens, graph.ints(1))

    def _rows(self, x: str, places: str) -> str:
        return self.graph.add("Squeeze", self.graph.add("Gather", x, places, axis=1), self.graph.ints(0))

    def _count(self, end: str, most: int) -> str:
        """The numbers 0, 1, … below end."""
        numbers = self.graph.constant("numbers", np.arange(2 * most))
        return self.graph.add("Slice", numbers, self.graph.ints(0), end, self.graph.ints(0))
