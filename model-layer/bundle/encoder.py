"""Builds our own graph of a BERT-like cross-encoder: one pair per run, no mask, and the last layer for [CLS] only
(unless the head reads all tokens)."""

from collections.abc import Callable
from functools import partial

import numpy as np
import onnx
from onnx import TensorProto

from bundle import interaction
from bundle.checkpoint import Checkpoint
from bundle.families import Family, Interaction, LayerNames
from bundle.graph import INPUT_IDS, LOGITS, MICROSOFT, TOKEN_TYPE_IDS
from bundle.head import Head, Pooling, add_head
from bundle.layers import Layers
from bundle.precision import Precision, fp32_linear

Attention = Callable[[str, str, str], str]
"""Adds attention with queries, keys and values, and returns its result, [1, rows, hidden]."""


class Encoder:
    """
    Builds the graph from the checkpoint's weights with explicit fusions: Q, K and V in one product, attention as one
    operator, residual and normalisation as one operator.
    """

    def __init__(self, checkpoint: Checkpoint, family: Family, precision: Precision, max_tokens: int) -> None:
        self.checkpoint = checkpoint
        self.family = family
        self.precision = precision
        self.max_tokens = max_tokens
        self.layers = Layers(checkpoint, precision, max_tokens, family.norm_epsilon, family.activation, biased=True)
        self.graph = self.layers.graph

    def build(self) -> onnx.ModelProto:
        ids = self.graph.input(INPUT_IDS)
        segments = self.graph.input(TOKEN_TYPE_IDS) if self.family.segments > 1 else None
        if isinstance(self.family.head, Interaction):
            ids, segments = interaction.with_second_cls(self.graph, ids, segments)
        x = self._embeddings(ids, segments)
        layers = [x]
        *before, last = range(self.family.layers)
        for i in before:
            x = self._encoder_layer(i, x, x, segments)
            layers.append(x)
        match self.family.head:
            case Head(Pooling.CLS) as head:
                classes = add_head(self.graph, self.checkpoint, head, self._encoder_layer(last, x, self.graph.first_rows(x)))
            case Head() as head:
                classes = add_head(self.graph, self.checkpoint, head, self._encoder_layer(last, x, x))
            case Interaction() as head:
                rows = self._encoder_layer(last, x, x, segments)
                first = self._cross(head, [*layers, rows][head.cross_from], segments) if head.cross else self.graph.first_rows(rows)
                classes = interaction.interaction_head(self.graph, self.checkpoint, rows, first, ids, segments, LOGITS)
        return self.graph.model(LOGITS, classes)

    def _cross(self, head: Interaction, x: str, segments: str) -> str:
        """The row of [CLS], [1, 1, hidden], after the cross layers on the encoder's rows x and the pooler."""
        query, document = interaction.sides(self.graph, x, segments)
        for i, names in enumerate(head.cross):
            x = x if i == 0 else self.graph.add("Concat", query, document, axis=1)
            rows = self.graph.first_rows(query) if i == len(head.cross) - 1 else query
            query = self._layer(f"cross.{i}", names, x, rows, self._attention)
        weight, bias = self.layers.weight(head.pooler), self.layers.bias(head.pooler)
        return self.graph.add("Tanh", fp32_linear(self.graph, head.pooler, query, weight, bias))

    def _embeddings(self, ids: str, segments: str | None) -> str:
        """[1, tokens, hidden]."""
        names, graph = self.family.embeddings, self.graph
        words = self.precision.embedding(graph, "words", ids, self.layers.weight(f"{names}.word_embeddings"))
        first = self.family.first_position
        from_row = first if self.family.padding is None else self.family.padding
        positions = self.layers.weight(f"{names}.position_embeddings")[from_row : first + self.max_tokens]
        if self.family.segments == 1:
            positions = positions + self.layers.weight(f"{names}.token_type_embeddings")[0]
        elif segments is not None:
            table = graph.constant("segments", self.layers.weight(f"{names}.token_type_embeddings"))
            words = graph.add("Add", words, graph.add("Gather", table, segments))
        used = self._positions(ids, segments, positions)
        x = self.layers.norm(f"{names}.LayerNorm", graph.add("Add", words, used))
        return self.layers.linear("projection", x, self.family.projection) if self.family.projection else x

    def _positions(self, ids: str, segments: str | None, positions: np.ndarray) -> str:
        """The embedding of each token's position, [1, tokens, hidden]."""
        graph = self.graph
        if self.family.padding is not None:  # its row comes first, and it does not count for the other positions
            padding = graph.add("Equal", ids, graph.ints(self.family.padding))
            counted = graph.add("Cast", graph.add("Not", padding), to=TensorProto.INT64)
            places = graph.add("Mul", graph.add("CumSum", counted, graph.ints(1)), counted)
            return graph.add("Gather", graph.constant("positions", positions), places)
        table = graph.constant("positions", positions[None])
        if isinstance(self.family.head, Interaction):
            return interaction.positions(graph, table, segments)
        tokens = graph.add("Shape", ids, start=1, end=2)
        return graph.add("Slice", table, graph.ints(0), tokens, graph.ints(1))

    def _encoder_layer(self, i: int, x: str, rows: str, segments: str | None = None) -> str:
        """segments: for a model that encodes query and document apart"""
        apart = isinstance(self.family.head, Interaction)
        attention = partial(self._attention_apart, segments) if apart else self._attention
        return self._layer(f"{i}", self.family.layer(i), x, rows, attention)

    def _layer(self, name: str, names: LayerNames, x: str, rows: str, attention: Attention) -> str:
        """
        Adds one layer for some rows, which attend to all of x.

        x: [1, tokens, hidden]; rows and result: [1, rows, hidden]
        """
        graph = self.graph
        if rows == x:
            q, k, v = graph.split(self.layers.smoothed_linear(f"{name}.qkv", x, names.query, names.key, names.value), 3)
        else:
            q = self.layers.smoothed_linear(f"{name}.q", rows, names.query)
            k, v = graph.split(self.layers.smoothed_linear(f"{name}.kv", x, names.key, names.value), 2)
        attended = self.layers.linear(f"{name}.attention", attention(q, k, v), names.attention_output)
        middle = self.layers.residual_norm(names.attention_norm, attended, rows)
        fed = self.layers.feed_forward(name, middle, names.feed_forward_in, names.feed_forward_out)
        return self.layers.residual_norm(names.feed_forward_norm, fed, middle)

    def _attention(self, q: str, k: str, v: str) -> str:
        return self.graph.add("MultiHeadAttention", q, k, v, domain=MICROSOFT, num_heads=self.family.heads)

    def _attention_apart(self, segments: str, q: str, k: str, v: str) -> str:
        of_sides = zip(*(interaction.sides(self.graph, part, segments) for part in (q, k, v)))
        return self.graph.add("Concat", *(self._attention(*parts) for parts in of_sides), axis=1)
