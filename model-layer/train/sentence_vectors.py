"""Computes a sentence encoder's vectors of texts: with transformers in batches on a GPU, with our own int8 graph on a CPU."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx
import torch
from torch.nn import functional as F

from bundle.checkpoint import Checkpoint
from bundle.encoder import Encoder
from bundle.families import family_of
from bundle.graph import INPUT_IDS, TOKEN_TYPE_IDS
from bundle.host import sums_overflow
from bundle.interaction_model import mean_vectors
from bundle.onnx_session import one_thread_session
from bundle.precision import Precision
from bundle.transformers_model import text_encoder_of

BATCH = 256
VECTOR = "vector"
POOLINGS = ("mean", "cls")


class SentenceEncoder(Protocol):
    width: int

    def vectors(self, rows: list[list[int]]) -> np.ndarray:
        """The vectors with length 1, [rows, width]. rows: token ids with the special tokens"""


class OnGpu:
    def __init__(self, checkpoint: Path, pooling: str) -> None:
        self.model, self.pooling = text_encoder_of(checkpoint, torch.bfloat16).cuda(), pooling
        self.width = self.model.config.hidden_size

    @torch.inference_mode()
    def vectors(self, rows: list[list[int]]) -> np.ndarray:
        by_length = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        found = np.empty((len(rows), self.width), np.float16)
        for start in range(0, len(rows), BATCH):
            places = by_length[start : start + BATCH]
            texts = [torch.tensor(rows[i]) for i in places]
            ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True).cuda()
            mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(text) for text in texts], batch_first=True).cuda()
            x = self.model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            vectors = mean_vectors(x, mask) if self.pooling == "mean" else x[:, 0]
            found[places] = F.normalize(vectors, dim=-1).cpu().numpy()
        return found


class OnCpu:
    """Runs one text at a time on each thread, which is four times as fast as transformers in bfloat16."""

    def __init__(self, checkpoint: Path, pooling: str, window: int, threads: int) -> None:
        precision = Precision.INT8_7BIT if sums_overflow(Precision.INT8) else Precision.INT8
        graph = _SentenceGraph(_BertModelCheckpoint(checkpoint), precision, pooling, window)
        self.session = one_thread_session(graph.build().SerializeToString())
        self.threads, self.width = threads, graph.family.hidden

    def vectors(self, rows: list[list[int]]) -> np.ndarray:
        with ThreadPoolExecutor(self.threads) as pool:
            found = np.concatenate(list(pool.map(self._vector, rows)))
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def _vector(self, row: list[int]) -> np.ndarray:
        ids = np.array([row])
        return self.session.run(None, {INPUT_IDS: ids, TOKEN_TYPE_IDS: np.zeros_like(ids)})[0]


class _BertModelCheckpoint(Checkpoint):
    """A BertModel's checkpoint with the tensor names of a BertForSequenceClassification."""

    headless = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.config = self.config | {"architectures": ["BertForSequenceClassification"]}

    def tensor(self, name: str) -> np.ndarray:
        return super().tensor(name if self.has(name) else name.removeprefix("bert."))


class _SentenceGraph(Encoder):
    """The graph of an encoder without a head. Its output is the mean of the tokens' vectors or the vector of [CLS]."""

    def __init__(self, checkpoint: Checkpoint, precision: Precision, pooling: str, window: int) -> None:
        super().__init__(checkpoint, family_of(checkpoint.config), precision, window)
        self.pooling = pooling

    def build(self) -> onnx.ModelProto:
        graph = self.graph
        x = self._embeddings(graph.input(INPUT_IDS), graph.input(TOKEN_TYPE_IDS))
        for i in range(self.family.layers):
            x = self._encoder_layer(i, x, x)
        if self.pooling == "mean":
            graph.add("ReduceMean", x, graph.ints(1), keepdims=0, output=VECTOR)
        else:
            graph.add("Squeeze", graph.add("Gather", x, graph.ints(0), axis=1), graph.ints(1), output=VECTOR)
        return graph.model(VECTOR, self.family.hidden)


def sentence_encoder_of(checkpoint: Path, pooling: str, window: int, threads: int) -> SentenceEncoder:
    """window: the most tokens of a text."""
    return OnGpu(checkpoint, pooling) if torch.cuda.is_available() else OnCpu(checkpoint, pooling, window, threads)
