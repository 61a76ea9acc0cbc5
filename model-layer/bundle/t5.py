"""Builds monoT5 as one graph: the encoder, one step of the decoder, the logits of "true" and "false" (Nogueira et al., 2020)."""

from typing import Any

import numpy as np
import onnx

from bundle.activations import ACTIVATIONS, activation
from bundle.checkpoint import CONFIG, Checkpoint
from bundle.errors import BundleError, NotKnownToBuilder
from bundle.graph import INPUT_IDS, LOGITS, MICROSOFT, Graph
from bundle.precision import Precision


class T5:
    """
    The decoder has only the start token, so its self-attention equals its value. At the end, only two rows of the
    vocabulary are multiplied. T5 does not scale attention, and normalises by the root mean square.
    """

    def __init__(self, checkpoint: Checkpoint, precision: Precision, max_tokens: int, classes: tuple[int, int]) -> None:
        config = checkpoint.config
        gated, _, act = config.get("feed_forward_proj", "relu").rpartition("-")
        act = "gelu_new" if (gated, act) == ("gated", "gelu") else act
        if gated not in ("", "gated") or act not in ACTIVATIONS:
            raise NotKnownToBuilder(f"feed-forward {config['feed_forward_proj']!r}")
        self.config: dict[str, Any] = config
        self.gated = bool(gated)
        self.activation = act
        self.checkpoint = checkpoint
        self.precision = precision
        self.max_tokens = max_tokens
        self.classes = classes
        self.graph = Graph()

    def build(self) -> onnx.ModelProto:
        self.graph.input(INPUT_IDS)
        self._head(self._decoder(self._encoder()))
        return self.graph.model(LOGITS, len(self.classes))

    def _encoder(self) -> str:
        """[1, tokens, d_model]."""
        graph = self.graph
        x = self.precision.embedding(graph, "words", INPUT_IDS, self._embeddings())
        bias = self._position_bias()
        normed = self._norm("encoder.block.0.layer.0.layer_norm", x)
        layers = self.config["num_layers"]
        for i in range(layers):
            block = f"encoder.block.{i}.layer"
            attention = f"{block}.0.SelfAttention"
            q, k, v = graph.split(self._linear(f"{attention}.qkv", normed, *(f"{attention}.{m}" for m in "qkv")), 3)
            x, normed = self._residual(f"{block}.1.layer_norm", x, self._attend(attention, q, k, v, bias))
            following = f"encoder.block.{i + 1}.layer.0.layer_norm" if i + 1 < layers else "encoder.final_layer_norm"
            x, normed = self._residual(following, x, self._feed_forward(f"{block}.1.DenseReluDense", normed))
        return normed

    def _decoder(self, encoded: str) -> str:
        """The start token's row, [1, 1, d_model]."""
        graph = self.graph
        table, start = self._embeddings(), self.config.get("decoder_start_token_id")
        if start not in range(len(table)):
            raise BundleError(
                f"{self.checkpoint.folder / CONFIG} has the decoder_start_token_id {start!r}; expected 0..{len(table) - 1}, a row of the embeddings"
            )
        x = graph.constant("start", table[start][None, None])
        normed = self._norm("decoder.block.0.layer.0.layer_norm", x)
        layers = self.config.get("num_decoder_layers") or self.config["num_layers"]
        for i in range(layers):
            block = f"decoder.block.{i}.layer"
            attention = f"{block}.0.SelfAttention"
            itself = self._linear(f"{attention}.o", self._linear(f"{attention}.v", normed, f"{attention}.v"), f"{attention}.o")
            x, normed = self._residual(f"{block}.1.layer_norm", x, itself)
            attention = f"{block}.1.EncDecAttention"
            q = self._linear(f"{attention}.q", normed, f"{attention}.q")
            k, v = graph.split(self._linear(f"{attention}.kv", encoded, f"{attention}.k", f"{attention}.v"), 2)
            x, normed = self._residual(f"{block}.2.layer_norm", x, self._attend(attention, q, k, v, ""))
            following = f"decoder.block.{i + 1}.layer.0.layer_norm" if i + 1 < layers else "decoder.final_layer_norm"
            x, normed = self._residual(following, x, self._feed_forward(f"{block}.2.DenseReluDense", normed))
        return normed

    def _head(self, x: str) -> None:
        """[1, 2]: the logits of "true" and of "false"."""
        own = self.checkpoint.has("lm_head.weight")
        table = self.checkpoint.tensor("lm_head.weight") if own else self._embeddings()
        # Newer configurations have a field for this; in older ones, tied embeddings imply it.
        if self.config.get("scale_decoder_outputs", self.config.get("tie_word_embeddings", True)):
            table = table * self.config["d_model"] ** -0.5
        rows = self.graph.constant("classes", table[list(self.classes)].T)
        self.graph.add("MatMul", self.graph.add("Squeeze", x, self.graph.ints(1)), rows, output=LOGITS)

    def _attend(self, name: str, q: str, k: str, v: str, bias: str) -> str:
        inputs = [q, k, v, "", "", bias] if bias else [q, k, v]
        attended = self.graph.add(
            "MultiHeadAttention", *inputs, domain=MICROSOFT, num_heads=self.config["num_heads"], scale=1.0
        )
        return self._linear(f"{name}.o", attended, f"{name}.o")

    def _feed_forward(self, name: str, x: str) -> str:
        graph = self.graph
        if self.gated:
            gate, up = graph.split(self._linear(f"{name}.wi", x, f"{name}.wi_0", f"{name}.wi_1"), 2)
            wide = graph.add("Mul", activation(graph, self.activation, gate), up)
        else:
            wide = activation(graph, self.activation, self._linear(f"{name}.wi", x, f"{name}.wi"))
        return self._linear(f"{name}.wo", wide, f"{name}.wo")

    def _position_bias(self) -> str:
        """The bias for each query and key by their distance, the same in all layers: [1, heads, tokens, tokens]."""
        graph, most = self.graph, self.max_tokens
        table = self.checkpoint.tensor("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight")
        distances = np.arange(-(most - 1), most)  # key's position - query's
        buckets = relative_buckets(distances, len(table), self.config.get("relative_attention_max_distance", 128))
        by_distance = graph.constant("position_bias", table[buckets].T)  # [heads, distances]
        tokens = graph.add("Shape", INPUT_IDS, start=1, end=2)
        places = graph.add("Slice", graph.constant("places", np.arange(most)), graph.ints(0), tokens, graph.ints(0))
        keys = graph.add("Unsqueeze", places, graph.ints(0))
        queries = graph.add("Unsqueeze", places, graph.ints(1))
        index = graph.add("Add", graph.add("Sub", keys, queries), graph.ints(most - 1))
        return graph.add("Unsqueeze", graph.add("Gather", by_distance, index, axis=1), graph.ints(0))

    def _linear(self, name: str, x: str, *parts: str) -> str:
        weight = np.concatenate([self.checkpoint.tensor(f"{part}.weight") for part in parts])
        return self.precision.linear(self.graph, name, x, weight, None)

    def _norm(self, name: str, x: str) -> str:
        gamma = self.graph.constant(f"{name}.weight", self.checkpoint.tensor(f"{name}.weight"))
        return self.graph.add("SimplifiedLayerNormalization", x, gamma, axis=-1, epsilon=self._epsilon())

    def _residual(self, norm: str, x: str, y: str) -> tuple[str, str]:
        """The sum of x and y, and the normalised sum."""
        gamma = self.graph.constant(f"{norm}.weight", self.checkpoint.tensor(f"{norm}.weight"))
        outputs = [f"{norm}.normed", "", "", f"{norm}.sum"]
        self.graph.add_many(
            "SkipSimplifiedLayerNormalization", y, x, gamma, domain=MICROSOFT, outputs=outputs, epsilon=self._epsilon()
        )
        return outputs[3], outputs[0]

    def _epsilon(self) -> float:
        return self.config.get("layer_norm_epsilon", 1e-6)

    def _embeddings(self) -> np.ndarray:
        shared = "shared.weight" if self.checkpoint.has("shared.weight") else "encoder.embed_tokens.weight"
        return self.checkpoint.tensor(shared)


def relative_buckets(distances: np.ndarray, buckets: int, max_distance: int) -> np.ndarray:
    """T5's buckets for both directions. Half are for keys after the query. Near keys have exact buckets, far keys logarithmic ones."""
    half = buckets // 2
    exact = half // 2
    far = np.abs(distances).astype(np.float32)
    with np.errstate(divide="ignore"):
        logarithmic = np.log(far / exact) / np.log(max_distance / exact) * (half - exact)
    logarithmic = np.minimum(exact + np.where(far < exact, 0, logarithmic).astype(np.int64), half - 1)
    return (distances > 0) * half + np.where(far < exact, far.astype(np.int64), logarithmic)
