"""
The graph of a decoder that judges a pair by its next token, such as Qwen3-Reranker: Qwen2, Qwen3, Llama, Mistral. A run
takes the keys and values of the tokens before it, so that all candidates of a request share those of prompt and query.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto

from bundle import modules
from bundle.checkpoint import Checkpoint
from bundle.counted import counted
from bundle.errors import BundleError
from bundle.graph import INPUT_IDS, KEY, LOGITS, MICROSOFT, VALUE, Shape, past, present
from bundle.layers import Layers
from bundle.precision import Precision, fp32_linear
from bundle.transformers_model import settings

MODEL_TYPES = ("llama", "mistral", "qwen2", "qwen3")
CAUSAL, CLASSIFIER = "ForCausalLM", "ForSequenceClassification"
POSITIONS = 8192
"""The longest window of a bundle."""
TOTAL, LAST, COS, SIN = POSITION_VALUES = "total", "last", "cos", "sin"
"""The number of tokens so far, the last one's position, and the rotations of all positions so far: the same for all layers."""
HEAD_SIZES = 16
"""What GroupQueryAttention needs a head's size to be a multiple of."""
END = np.iinfo(np.int64).max
Output = tuple[int, Shape]
"""The type and the shape of an output."""


@dataclass(frozen=True)
class Decoder:
    """The model's shape, from its configuration."""

    layers: int
    hidden: int
    heads: int
    key_value_heads: int
    head_size: int
    activation: str
    norm_epsilon: float
    frequencies: np.ndarray
    """The angle by which each pair of channels turns from one position to the next, [head size / 2]."""
    positions: int
    answers: bool
    """Whether the head is rows of the vocabulary, and not one of a classifier."""

    def manifest(self) -> dict[str, int]:
        return {"layers": self.layers, "key_value_heads": self.key_value_heads, "head_size": self.head_size}


def decoder_of(checkpoint: Checkpoint) -> Decoder:
    config = settings(checkpoint.folder)
    architecture = (config.get("architectures") or [""])[0]
    if not architecture.endswith((CAUSAL, CLASSIFIER)):
        raise BundleError(
            f"{checkpoint.folder} has the architecture {architecture!r}; expected a ...{CAUSAL} that answers yes or no, "
            f"or a ...{CLASSIFIER}"
        )
    if not modules.are_decoders(checkpoint):
        raise BundleError(f"{checkpoint.folder} is a sentence encoder, which makes vectors for comparison; expected a model that judges a pair")
    if config["hidden_act"] != "silu":
        raise BundleError(f"{checkpoint.folder} has the activation {config['hidden_act']!r}; expected silu")
    heads, key_value_heads = config["num_attention_heads"], config["num_key_value_heads"] or config["num_attention_heads"]
    head_size = config.get("head_dim") or config["hidden_size"] // heads
    if head_size % HEAD_SIZES or heads % key_value_heads:
        raise BundleError(
            f"{checkpoint.folder} has {counted(heads, 'head')} of size {head_size} for {counted(key_value_heads, 'head')} of keys; "
            f"expected a size that is a multiple of {HEAD_SIZES}, and a multiple of the heads of keys"
        )
    longest = min(config["max_position_embeddings"], POSITIONS)
    return Decoder(
        layers=config["num_hidden_layers"],
        hidden=config["hidden_size"],
        heads=heads,
        key_value_heads=key_value_heads,
        head_size=head_size,
        activation="silu",
        norm_epsilon=config["rms_norm_eps"],
        frequencies=frequencies(checkpoint.folder, config["rope_parameters"] or {}, head_size),
        positions=min(longest, _sliding_window(config) or longest),
        answers=architecture.endswith(CAUSAL),
    )


def _sliding_window(config: dict[str, Any]) -> int | None:
    """How many tokens back a token attends to, if some layers do not attend to all. Up to this many tokens, all do."""
    if config["model_type"] == "mistral" or config.get("use_sliding_window"):
        return config.get("sliding_window")
    return None


def frequencies(folder: Path, scaling: dict[str, Any], head_size: int) -> np.ndarray:
    """[head size / 2]. As in transformers (modeling_rope_utils), which names the kinds of scaling."""
    if scaling.get("partial_rotary_factor", 1) != 1:
        raise BundleError(f"{folder} rotates only {scaling['partial_rotary_factor']} of each head; expected whole heads")
    theta = scaling.get("rope_theta", 10_000.0)
    if theta is None:
        raise BundleError(f"{folder} has the rope_theta null; expected a number above 0, or no such field")
    plain = 1.0 / theta ** (torch.arange(0, head_size, 2, dtype=torch.float32) / head_size)
    match scaling.get("rope_type", "default"):
        case "default":
            return plain.numpy()
        case "linear":
            return (plain / scaling["factor"]).numpy()
        case "llama3":
            return _llama3(plain, scaling).numpy()
        case kind:
            raise BundleError(f"{folder} has rotations of type {kind!r}; expected default, linear or llama3")


def _llama3(plain: torch.Tensor, scaling: dict[str, Any]) -> torch.Tensor:
    """Slow rotations become slower by the factor, fast ones stay, and those between are mixed."""
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    turns = scaling["original_max_position_embeddings"] * plain / (2 * torch.pi)
    share = ((turns - low) / (high - low)).clamp(0, 1)
    return (1 - share) * plain / scaling["factor"] + share * plain


def head_of(checkpoint: Checkpoint, decoder: Decoder, answers: list[int]) -> np.ndarray:
    """The head's rows, [classes, hidden]. answers: the tokens whose logits are the classes, if the head is the vocabulary"""
    if not decoder.answers:
        return checkpoint.tensor("score.weight")
    own = "lm_head.weight"  # which transformers uses if it is stored, even if the configuration ties it to the embeddings
    return checkpoint.rows(own if checkpoint.has(own) else "model.embed_tokens.weight", answers)


class DecoderGraph:
    """
    Each layer takes its input twice: as it is, to be added to, and normalised, to be read. Only the last token has an
    output, so the last layer computes its feed-forward for that token alone.
    """

    def __init__(
        self, checkpoint: Checkpoint, decoder: Decoder, precision: Precision, max_tokens: int, head: np.ndarray,
        largest: dict[str, np.ndarray],
    ) -> None:  # fmt: skip
        """head: [classes, hidden]; largest: the largest inputs of each matrix, which int8 needs"""
        self.checkpoint = checkpoint
        self.decoder = decoder
        self.precision = precision
        self.max_tokens = max_tokens
        self.head = head
        self.layers = Layers(
            checkpoint, precision, max_tokens, decoder.norm_epsilon, decoder.activation, biased=False,
            largest=largest, root_mean_square=True, by_row=True,
        )  # fmt: skip
        self.graph = self.layers.graph

    def build(self, part_bytes: float) -> Iterator[onnx.ModelProto]:
        """The parts. Each has as many layers as fit, at least one."""
        graph = self.graph
        words = yield from self._embeddings(part_bytes)
        x, normed = words, self.layers.norm("model.layers.0.input_layernorm", words)
        outputs = self._positions()
        layer_bytes = 0
        for i in range(self.decoder.layers):
            if graph.constant_bytes() + layer_bytes > part_bytes:
                yield graph.part(outputs | dict.fromkeys((x, normed), self._rows()))
                outputs = {}
            before = graph.constant_bytes()
            x, normed = self._layer(i, x, normed)
            layer_bytes = graph.constant_bytes() - before
            total = (TensorProto.FLOAT, (1, self.decoder.key_value_heads, "total", self.decoder.head_size))
            outputs |= {present(i, kind): total for kind in (KEY, VALUE)}
        outputs |= {LOGITS: (TensorProto.FLOAT, (1, self._head(normed)))}
        yield graph.part({name: kind for name, kind in outputs.items() if name not in POSITION_VALUES})

    def _embeddings(self, part_bytes: float) -> Generator[onnx.ModelProto, None, str]:
        """The tokens' embeddings, [1, tokens, hidden]. A table that is larger than a part is a piece of its own."""
        graph, ids = self.graph, self.graph.input(INPUT_IDS)
        found = self.precision.embedding(graph, "words", ids, self.layers.weight("model.embed_tokens"))
        if graph.constant_bytes() > part_bytes:
            yield graph.part({found: self._rows()})
        return found

    def _rows(self) -> Output:
        return TensorProto.FLOAT, (1, "tokens", self.decoder.hidden)

    def _positions(self) -> dict[str, Output]:
        """Adds POSITION_VALUES, which all layers use, and returns their types."""
        graph = self.graph
        begin = graph.input(past(0, KEY), TensorProto.FLOAT, self._past())
        total = graph.add("Add", graph.add("Shape", begin, start=2, end=3), graph.add("Shape", INPUT_IDS, start=1, end=2))
        graph.add("Cast", total, to=TensorProto.INT32, output=TOTAL)
        graph.add("Cast", graph.add("Sub", total, graph.ints(1)), to=TensorProto.INT32, output=LAST)
        angles = torch.arange(self.max_tokens, dtype=torch.float32)[:, None] * torch.from_numpy(self.decoder.frequencies)
        for name, table in ((COS, angles.cos()), (SIN, angles.sin())):
            whole = graph.constant(f"{name}.table", table.numpy())
            graph.add("Slice", whole, graph.ints(0), total, graph.ints(0), output=name)
        rotations = (TensorProto.FLOAT, ("total", self.decoder.head_size // 2))
        return {TOTAL: (TensorProto.INT32, (1,)), LAST: (TensorProto.INT32, (1,)), COS: rotations, SIN: rotations}

    def _past(self) -> Shape:
        return 1, self.decoder.key_value_heads, "past", self.decoder.head_size

    def _layer(self, i: int, x: str, normed: str) -> tuple[str, str]:
        """
        The layer's output and the same as the next layer's normalisation makes it, [1, tokens, hidden]; of the last layer
        only the last row, [1, 1, hidden].
        """
        names = f"model.layers.{i}"
        attended = self._attend(i, normed)
        following = f"model.layers.{i + 1}.input_layernorm"
        if i + 1 == self.decoder.layers:
            attended, x, following = self._last(attended), self._last(x), "model.norm"
        attended = self.layers.linear(f"{i}.attention", attended, f"{names}.self_attn.o_proj")
        x, middle = self.layers.residual_and_norm(f"{names}.post_attention_layernorm", attended, x)
        into, gates, out_of = (f"{names}.mlp.{part}_proj" for part in ("gate", "up", "down"))
        fed = self.layers.feed_forward(f"{i}", middle, into, out_of, gates=gates)
        return self.layers.residual_and_norm(following, fed, x)

    def _attend(self, i: int, normed: str) -> str:
        """[1, tokens, heads * head size]."""
        decoder, graph, names = self.decoder, self.graph, f"model.layers.{i}.self_attn"
        product = self.layers.smoothed_linear(f"{i}.qkv", normed, *(f"{names}.{part}_proj" for part in "qkv"))
        narrow = decoder.key_value_heads * decoder.head_size
        q, k, v = graph.split_at(product, decoder.heads * decoder.head_size, narrow, narrow)
        q, k = self._head_norm(f"{names}.q_norm", q, decoder.heads), self._head_norm(f"{names}.k_norm", k, decoder.key_value_heads)
        caches = [graph.input(past(i, kind), TensorProto.FLOAT, self._past()) for kind in (KEY, VALUE)]
        return graph.add_many(
            "GroupQueryAttention", q, k, v, *caches, LAST, TOTAL, COS, SIN, domain=MICROSOFT,
            outputs=[f"{i}.attended", present(i, KEY), present(i, VALUE)],
            num_heads=decoder.heads, kv_num_heads=decoder.key_value_heads, do_rotary=1,
        )[0]  # fmt: skip

    def _head_norm(self, name: str, x: str, heads: int) -> str:
        """Queries or keys with each head normalised, if the model has such a normalisation (Qwen3)."""
        if not self.checkpoint.has(f"{name}.weight"):
            return x
        by_head = self.graph.add("Reshape", x, self.graph.ints(0, 0, heads, self.decoder.head_size))
        return self.graph.add("Reshape", self.layers.norm(name, by_head), self.graph.ints(0, 0, -1))

    def _last(self, rows: str) -> str:
        """The last row, [1, 1, width]."""
        return self.graph.add("Slice", rows, *(self.graph.ints(n) for n in (-1, END, 1)))

    def _head(self, normed: str) -> int:
        """Adds the head, whose output is [1, classes]. Returns the number of classes."""
        fp32_linear(self.graph, "head", self.graph.add("Squeeze", normed, self.graph.ints(1)), self.head, None, output=LOGITS)
        return len(self.head)
