"""Writes a bi-encoder's cosines of mined candidates as a teacher's scores.

    python -m train.cosine --data DATA --candidates CANDIDATES --encoder BGE --pooling cls --vectors VECTORS --out SCORES/bge

VECTORS is the folder that `embed.py` wrote with the same encoder and pooling. SCORES/bge gets blocks in the same format as from
`score.py`. The command encodes only the candidates that are read together with a neighbouring passage (`candidate_texts.py`).
"""

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from bundle.checkpoint import TOKENIZER, Checkpoint
from bundle.errors import report_errors
from bundle.pairs import tokenizer_of
from train.blocks import Blocks
from train.candidate_texts import PASSAGE_TOKENS, TEXTS, candidate_text, reads_joined
from train.score import STEPS, score_blocks
from train.sentence_vectors import POOLINGS, SentenceEncoder, sentence_encoder_of
from train.training_data import TrainingData

WINDOW = PASSAGE_TOKENS + 2  # with [CLS] and [SEP]


@dataclass(frozen=True)
class Cosines:
    data: TrainingData
    queries: np.ndarray  # [queries, width], vectors with length 1
    passages: np.ndarray  # [passages, width]
    encoder: SentenceEncoder
    tokenizer: Tokenizer  # cuts texts at the encoder's window

    def of(self, queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """The cosines [queries, candidates] for candidates' ids [queries, candidates]."""
        vectors = self.passages[passages].astype(np.float32)  # [queries, candidates, width]
        joined = [row for row, query in enumerate(queries.tolist()) if reads_joined(self.data, query)]
        texts = [candidate_text(self.data, passage, joined=True) for passage in passages[joined].ravel().tolist()]
        if texts:
            rows = [encoded.ids for encoded in self.tokenizer.encode_batch(texts)]
            vectors[joined] = self.encoder.vectors(rows).reshape(vectors[joined].shape)
        found = np.einsum("qw,qcw->qc", self.queries[queries].astype(np.float32), vectors)
        if np.isnan(found).any():
            raise SystemExit("a query or a passage has no vector; run train.embed to its end first")
        return found


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--encoder", type=Path, required=True, help="the sentence encoder's checkpoint, with tokenizer.json")
    parser.add_argument("--pooling", choices=POOLINGS, required=True, help="how a text's vector is computed from its tokens' vectors")
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that train.embed wrote")
    parser.add_argument("--out", type=Path, required=True, help="a folder for this teacher only")
    parser.add_argument("--threads", type=int, default=2, help="the number of threads on a CPU (default: 2)")
    arguments = parser.parse_args()
    checkpoint, tokenizer = Checkpoint(arguments.encoder), tokenizer_of(arguments.encoder / TOKENIZER)
    window = min(WINDOW, checkpoint.config["max_position_embeddings"])
    tokenizer.enable_truncation(window)
    encoder = sentence_encoder_of(arguments.encoder, arguments.pooling, window, arguments.threads)
    queries, passages = (np.load(arguments.vectors / f"{name}.npy", mmap_mode="r") for name in ("queries", "passages"))
    mined = hashlib.sha256((arguments.candidates / "manifest.json").read_bytes()).hexdigest()
    recipe = {
        "vectors": hashlib.sha256(passages[:100].tobytes()).hexdigest(), "steps": STEPS, "candidates": mined,
        "encoder": checkpoint.weights_sha256(), "pooling": arguments.pooling, "texts": TEXTS,
    }  # fmt: skip
    cosines = Cosines(TrainingData(arguments.data), queries, passages, encoder, tokenizer)
    score_blocks(Blocks(arguments.candidates), Blocks(arguments.out).for_recipe(recipe), cosines.of, float("inf"))


if __name__ == "__main__":
    main()
