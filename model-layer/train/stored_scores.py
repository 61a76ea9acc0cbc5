"""Turns the teacher's scores that come with the data into candidates and scores, as `mine.py` and `score.py` write them.

    python -m train.stored_scores --data DATA --vectors VECTORS --encoder BACKBONE --candidates CANDIDATES --scores SCORES/l12

DATA/teacher-scores.jsonl.xz has a line for each query: {q, s, ids, l12}: the positive, five negatives of BM25 and two random
ones, with the logits of ms-marco-MiniLM-L-12-v2 at 192 tokens. VECTORS is the folder that `embed.py` wrote with BACKBONE.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from bundle import bm25
from bundle.checkpoint import TOKENIZER
from bundle.errors import report_errors
from bundle.pairs import tokenizer_of
from train.blocks import Blocks
from train.first_stage import FirstStage
from train.mine import BLOCK, KINDS
from train.score import STEPS, as_int16
from train.sentence_vectors import sentence_encoder_of
from train.training_data import TrainingData, read_lines
from train.words import stems_of

FILE = "teacher-scores.jsonl.xz"
QUERY_TOKENS = 64  # at most
KINDS_OF_A_LINE = [KINDS.index(kind) for kind in ("positive", *["bm25 hard"] * 5, *["random"] * 2)]


def write_blocks(data: TrainingData, folder: Path, vectors: Path, encoder: Path, candidates: Blocks, scores: Blocks) -> None:
    """Lines that do not fill a block are left out."""
    places = {(triple.query, triple.positive): place for place, triple in enumerate(data.triples)}
    lines = list(read_lines(folder / FILE))
    tokenizer = tokenizer_of(encoder / TOKENIZER)
    first_stage, passages = FirstStage(data.passages, tokenizer, stems_of(tokenizer)), np.load(vectors / "passages.npy", mmap_mode="r")
    made = sentence_encoder_of(encoder, "mean", QUERY_TOKENS, threads=2)
    for number in range(len(lines) // BLOCK):
        block = lines[number * BLOCK : (number + 1) * BLOCK]
        ids = np.array([line["ids"] for line in block], np.int32)
        queries = made.vectors([tokenizer.encode(line["q"]).ids[:QUERY_TOKENS] for line in block])
        cosines = np.einsum("qw,qcw->qc", queries, passages[ids].astype(np.float32))
        shares = [
            first_stage.scores(line["q"])[row] / max(first_stage.max_score(line["q"]), bm25.MIN_IDF_SUM) for line, row in zip(block, ids)
        ]
        scores.write(number, logits=as_int16(np.array([line["l12"] for line in block])))
        candidates.write(
            number, queries=np.array([places[line["q"], line["ids"][0]] for line in block], np.int32), passages=ids,
            kinds=np.tile(np.array(KINDS_OF_A_LINE, np.uint8), (len(block), 1)), cosines=cosines.astype(np.float16),
            shares=np.array(shares, np.float16),
        )  # fmt: skip


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that train.embed wrote")
    parser.add_argument("--encoder", type=Path, required=True, help="the sentence encoder that it used")
    parser.add_argument("--candidates", type=Path, required=True, help="a new folder")
    parser.add_argument("--scores", type=Path, required=True, help="a new folder with the teacher's name")
    arguments = parser.parse_args()
    recipe = {"file": hashlib.sha256((arguments.data / FILE).read_bytes()).hexdigest(), "query_tokens": QUERY_TOKENS, "steps": STEPS}
    made = [Blocks(folder).for_recipe(recipe) for folder in (arguments.candidates, arguments.scores)]
    write_blocks(TrainingData(arguments.data), arguments.data, arguments.vectors, arguments.encoder, *made)


if __name__ == "__main__":
    main()
