"""Writes what a student reads to disk: for each candidate the encoder's rows, and the readings' logit.

    python -m train.token_rows --data DATA --candidates CANDIDATES --start START --out SCORES/readings

The student's encoder is frozen and encodes each text apart, so all this is the same in each pass over the data. OUT gets for
each block of CANDIDATES (`blocks.py`)
    logits         [queries, candidates]   of START without what is read from [CLS]: int16, in steps of 1 / STEPS
    tokens         [queries, candidates]   how many rows a pair has
    query_tokens   [queries]               how many of them are the query's, the first ones
and a file NNNNN.rows.npy [all tokens, hidden], half precision, with the rows of all pairs. 100,000 pairs take about 11 GB.
So the folder is also one of scores: the readings are a teacher. The command never changes a block, and goes on where it
was stopped. It runs an int8 graph of START on the CPU.
"""

import argparse
import hashlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from bundle.checkpoint import Checkpoint
from bundle.encoder import Encoder
from bundle.errors import report_errors
from bundle.families import Interaction, family_of
from bundle.graph import INPUT_IDS, LOGITS, TOKEN_TYPE_IDS
from bundle.host import sums_overflow
from bundle.onnx_session import one_thread_session
from bundle.pairs import EncodedPair, template_of
from bundle.precision import Precision
from train.blocks import Blocks
from train.score import STEPS, as_int16, clock
from train.training_data import TrainingData

WINDOW = 256
ROWS = "rows"


class _RowsGraph(Encoder):
    """The graph of a start: the logit of its readings, and the rows that its cross layers read."""

    def __init__(self, checkpoint: Checkpoint, precision: Precision) -> None:
        family = family_of(checkpoint.config)
        super().__init__(checkpoint, family, precision, min(WINDOW, family.positions))

    def build(self) -> onnx.ModelProto:
        model = super().build()
        model.graph.output.append(helper.make_tensor_value_info(ROWS, TensorProto.FLOAT, (1, "both", self.family.hidden)))
        return model

    def _cross(self, head: Interaction, x: str, segments: str) -> str:
        self.graph.add("Identity", x, output=ROWS)
        return self.graph.add("Mul", self.graph.first_rows(x), self.graph.constant("nothing", np.float32(0)))


class Rows:
    """Computes rows and readings with one thread for each pair."""

    def __init__(self, start: Path, threads: int) -> None:
        checkpoint = Checkpoint(start)
        precision = Precision.INT8_7BIT if sums_overflow(Precision.INT8) else Precision.INT8
        graph = _RowsGraph(checkpoint, precision)
        self.session, self.window = one_thread_session(graph.build().SerializeToString()), graph.max_tokens
        self.tokenizer, self.threads = checkpoint.tokenizer(), threads
        self.template = template_of(self.tokenizer)

    def of(self, texts: list[tuple[str, str]]) -> list[tuple[float, np.ndarray, int]]:
        """For each query and passage: the readings' logit, the rows [tokens, hidden], and how many are the query's."""
        pairs = [self.template.encode(self.tokenizer, query, passage, self.window) for query, passage in texts]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self._one, pairs))

    def _one(self, pair: EncodedPair) -> tuple[float, np.ndarray, int]:
        inputs = {INPUT_IDS: np.array([pair.ids]), TOKEN_TYPE_IDS: np.array([pair.segments])}
        logits, rows = self.session.run([LOGITS, ROWS], inputs)
        return float(logits[0, 0]), rows[0].astype(np.float16), pair.segments.count(0)


def rows_file(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.{ROWS}.npy"


@dataclass(frozen=True)
class PairRows:
    rows: np.ndarray
    """[tokens, hidden]: [CLS] query [SEP] [CLS] passage [SEP]"""
    query_tokens: int


class StoredRows:
    """Reads the rows of queries. The files stay open, and are read where they are needed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.blocks = folder, Blocks(folder)
        self.places: dict[int, tuple[np.ndarray, np.ndarray, int]] = {}  # query -> file, edges of its pairs, the query's tokens
        self.seen: set[int] = set()

    def of(self, query: int) -> list[PairRows]:
        """One for each candidate of a query, in the candidates' order."""
        if query not in self.places:
            self._open_new_blocks()
        rows, edges, query_tokens = self.places[query]
        return [PairRows(rows[first:last], query_tokens) for first, last in zip(edges, edges[1:])]

    def _open_new_blocks(self) -> None:
        for number in set(self.blocks.numbers()) - self.seen:
            block = self.blocks.read(number)
            rows = np.load(rows_file(self.folder, number), mmap_mode="r")
            edges = np.concatenate([[0], block["tokens"].ravel().cumsum()])
            for row, query in enumerate(block["queries"].tolist()):
                candidates = block["tokens"].shape[1]
                of_query = edges[row * candidates : (row + 1) * candidates + 1]
                self.places[query] = rows, of_query, int(block["query_tokens"][row])
            self.seen.add(number)


def write_rows(candidates: Blocks, out: Blocks, data: TrainingData, rows: Rows, until: float) -> None:
    started, pairs = time.monotonic(), 0
    todo = [number for number in candidates.numbers() if not out.has(number)]
    for done, number in enumerate(todo, start=1):
        if time.time() >= until:
            return
        block = candidates.read(number)
        queries, passages = block["queries"], block["passages"]
        texts = [(data.triples[q].query, data.passages[p]) for q, row in zip(queries.tolist(), passages.tolist()) for p in row]
        logits, found, query_tokens = zip(*rows.of(texts))
        part = out.folder / f".{number:05d}.{os.getpid()}.npy"
        np.save(part, np.concatenate(found))
        part.rename(rows_file(out.folder, number))
        out.write(
            number, queries=queries, logits=as_int16(np.array(logits).reshape(passages.shape)),
            tokens=np.array([len(each) for each in found], np.int32).reshape(passages.shape),
            query_tokens=np.array(query_tokens[:: passages.shape[1]], np.int32),
        )  # fmt: skip
        pairs += passages.size
        facts = {"block": number, "missing": len(todo) - done, "pairs": pairs}
        print(json.dumps(facts | {"pairs_per_second": round(pairs / (time.monotonic() - started), 1)}), flush=True)


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--start", type=Path, required=True, help="the checkpoint that train.start wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--until", type=clock, default=float("inf"), metavar="HH:MM", help="start no block after this time")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    mined = hashlib.sha256((arguments.candidates / "manifest.json").read_bytes()).hexdigest()
    recipe = {"start": Checkpoint(arguments.start).weights_sha256(), "window": WINDOW, "steps": STEPS, "candidates": mined}
    out = Blocks(arguments.out).for_recipe(recipe)
    rows = Rows(arguments.start, arguments.threads)
    write_rows(Blocks(arguments.candidates), out, TrainingData(arguments.data), rows, arguments.until)


if __name__ == "__main__":
    main()
