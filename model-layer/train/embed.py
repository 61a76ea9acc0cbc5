"""Writes a sentence encoder's vectors of all passages and of the first queries to disk.

    python -m train.embed --data DATA --encoder CHECKPOINT --pooling mean --out VECTORS --queries 100000

VECTORS gets `passages.npy` and `queries.npy`, half precision, [rows, width], each vector with length 1. Missing rows are
NaN: an interrupted run continues with these rows, and a later run can add queries. Rows of queries are in the order of
`triples.jsonl.xz`; `order.py` decides which queries come first. The command uses a GPU if there is one.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from bundle.errors import report_errors
from bundle.pairs import tokenizer_of
from train.order import order_of
from train.sentence_vectors import POOLINGS, SentenceEncoder, sentence_encoder_of
from train.training_data import TrainingData

SHARD = 2048  # texts between two flushes


def rows_on_disk(file: Path, rows: int, width: int) -> np.ndarray:
    """Opens a matrix in a file for reading and writing. Rows that no run has written are NaN."""
    if not file.exists():
        new = file.with_suffix(".new")
        made = np.lib.format.open_memmap(new, "w+", np.float16, (rows, width))
        made[:] = np.nan
        made.flush()
        new.rename(file)
    found = np.load(file, mmap_mode="r+")
    if found.shape != (rows, width):
        raise SystemExit(f"{file} has the shape {found.shape}; expected {(rows, width)}: it contains vectors of other data")
    return found


def missing_rows(matrix: np.ndarray, wanted: list[int]) -> list[int]:
    """The wanted rows that no run has written completely."""
    return [row for row in wanted if np.isnan(matrix[row]).any()]


def write_missing_rows(file: Path, encoder: SentenceEncoder, tokenizer: Tokenizer, texts: dict[int, str], rows: int) -> None:
    """Writes the missing rows of these texts."""
    matrix = rows_on_disk(file, rows, encoder.width)
    todo, started = missing_rows(matrix, list(texts)), time.monotonic()
    for start in range(0, len(todo), SHARD):
        shard = todo[start : start + SHARD]
        encoded = tokenizer.encode_batch([texts[row] for row in shard])
        matrix[shard] = encoder.vectors([row.ids for row in encoded])
        matrix.flush()
        done = start + len(shard)
        facts = {"file": file.name, "written": done, "missing": len(todo) - done}
        print(json.dumps(facts | {"per_second": round(done / (time.monotonic() - started), 1)}), flush=True)


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True, help="a BertModel's checkpoint, with tokenizer.json")
    parser.add_argument("--pooling", choices=POOLINGS, required=True, help="how a text's vector is computed from its tokens' vectors")
    parser.add_argument("--window", type=int, default=256, help="the most tokens of a text; 64 are enough for mining (default: 256)")
    parser.add_argument("--before-query", default="", help="a text before each query, such as bge's instruction")
    parser.add_argument("--queries", type=int, required=True, help="how many queries, in the order of order.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2, help="the number of threads on a CPU (default: 2)")
    arguments = parser.parse_args()
    tokenizer = tokenizer_of(arguments.encoder / "tokenizer.json")
    tokenizer.enable_truncation(arguments.window)
    encoder = sentence_encoder_of(arguments.encoder, arguments.pooling, arguments.window, arguments.threads)
    data = TrainingData(arguments.data)
    arguments.out.mkdir(parents=True, exist_ok=True)
    first = order_of(data.triples)[: arguments.queries]
    queries = {place: arguments.before_query + data.triples[place].query for place in first}
    write_missing_rows(arguments.out / "queries.npy", encoder, tokenizer, queries, len(data.triples))
    write_missing_rows(arguments.out / "passages.npy", encoder, tokenizer, data.passages, len(data.passages))


if __name__ == "__main__":
    main()
