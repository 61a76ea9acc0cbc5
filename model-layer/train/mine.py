"""Mines candidates for training queries from all passages with BM25 and a bi-encoder.

    python -m train.mine --data DATA --vectors VECTORS --tokenizer FILE --out CANDIDATES --queries 20000

VECTORS is the folder that `embed.py` wrote. CANDIDATES gets blocks of BLOCK queries (`blocks.py`), in the order of `order.py`:
    queries   [queries]               index in triples.jsonl.xz
    passages  [queries, candidates]   ids, the positive first
    kinds     [queries, candidates]   index in KINDS: why a passage is a candidate
    cosines   [queries, candidates]   the bi-encoder's score
    shares    [queries, candidates]   BM25's score, as a share of the highest possible one
The last two are teachers' scores that need no further work. The command never changes a block.
"""

import argparse
import hashlib
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from bundle import bm25
from bundle.counted import counted
from bundle.errors import report_errors
from bundle.pairs import tokenizer_of
from train.blocks import Blocks
from train.first_stage import FirstStage, best_places
from train.order import SEED, order_of
from train.training_data import TrainingData
from train.words import stems_of

BLOCK = 256
KINDS = ("positive", "bm25 hard", "bi-encoder hard", "bm25 medium", "bi-encoder medium", "random")
HARD, MEDIUM = range(0, 16), range(16, 200)  # ranks, without the positive and its copies
DRAWN = {"bm25 hard": 4, "bi-encoder hard": 4, "bm25 medium": 1, "bi-encoder medium": 1, "random": 1}
CANDIDATES = 1 + sum(DRAWN.values())
COPY_COSINE = 0.97  # a passage with at least this cosine to the positive says the same, so it is not a negative


@dataclass(frozen=True)
class Candidate:
    passage: int
    kind: str


def candidates_of(
    positive: int, by_bm25: list[int], by_vector: list[int], copies: set[int], passages: int, rng: random.Random
) -> list[Candidate]:
    """
    The positive, then hard, medium and random candidates, without duplicates.

    by_bm25, by_vector: the best passages of each retriever, best first; copies: passages that say what the positive says.
    If a retriever has too few candidates, random passages replace them.
    """
    chosen = {positive: "positive"}
    ranked = {
        retriever: [passage for passage in ids if passage != positive and passage not in copies]
        for retriever, ids in (("bm25", by_bm25), ("bi-encoder", by_vector))
    }
    for depth, ranks in (("hard", HARD), ("medium", MEDIUM)):
        for retriever, ids in ranked.items():
            fresh = [passage for passage in ids[ranks.start : ranks.stop] if passage not in chosen]
            kind = f"{retriever} {depth}"
            for passage in rng.sample(fresh, min(DRAWN[kind], len(fresh))):
                chosen[passage] = kind
    if passages < CANDIDATES + len(copies):
        raise SystemExit(f"the data has {counted(passages, 'passage')}; expected at least {CANDIDATES + len(copies)}")
    while len(chosen) < CANDIDATES:
        passage = rng.randrange(passages)
        if passage not in copies:
            chosen.setdefault(passage, "random")
    return [Candidate(passage, kind) for passage, kind in chosen.items()]


class Miner:
    def __init__(self, data: TrainingData, vectors: Path, tokenizer: Tokenizer) -> None:
        self.data = data
        self.queries = np.load(vectors / "queries.npy", mmap_mode="r")
        self.passages = np.load(vectors / "passages.npy").astype(np.float32)
        if len(self.passages) != len(data.passages) or len(self.queries) != len(data.triples):
            raise SystemExit(
                f"{vectors} has {counted(len(self.queries), 'query')} and {counted(len(self.passages), 'passage')}; "
                f"expected {len(data.triples)} and {len(data.passages)}, as in the data"
            )
        if np.isnan(self.passages).any():
            raise SystemExit(f"{vectors}/passages.npy is not complete; run train.embed to its end first")
        self.bm25 = FirstStage(data.passages, tokenizer, stems_of(tokenizer))

    def block(self, places: list[int]) -> dict[str, np.ndarray]:
        """The arrays of a block, for the triples at these indices."""
        vectors = self.queries[places].astype(np.float32)
        if np.isnan(vectors).any():
            raise SystemExit("a query has no vector; run train.embed with more --queries first")
        cosines = vectors @ self.passages.T  # [queries, passages]
        mined = [self._mined(place, of) for place, of in zip(places, cosines)]
        names = ("passages", "kinds", "cosines", "shares")
        return {"queries": np.array(places, np.int32)} | dict(zip(names, map(np.stack, zip(*mined))))

    def _mined(self, place: int, cosines: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        triple, depth = self.data.triples[place], MEDIUM.stop + 16  # room for copies, which are dropped
        scores = self.bm25.scores(triple.query)
        by_bm25 = [row for row in best_places(scores, depth).tolist() if scores[row] > 0]
        by_vector = best_places(cosines, depth).tolist()
        found = sorted({*by_bm25, *by_vector})
        near = self.passages[found] @ self.passages[triple.positive] > COPY_COSINE
        copies = {found[i] for i in np.flatnonzero(near)} - {triple.positive}
        rng = random.Random(SEED + place)
        chosen = candidates_of(triple.positive, by_bm25, by_vector, copies, len(self.passages), rng)
        ids = np.array([candidate.passage for candidate in chosen], np.int32)
        kinds = np.array([KINDS.index(candidate.kind) for candidate in chosen], np.uint8)
        shares = scores[ids] / max(self.bm25.max_score(triple.query), bm25.MIN_IDF_SUM)
        return ids, kinds, cosines[ids].astype(np.float16), shares.astype(np.float16)


def recipe_of(data: Path, vectors: Path) -> dict[str, object]:
    files = ("passages.jsonl.xz", "triples.jsonl.xz")
    digests = {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in files}
    sample = np.load(vectors / "passages.npy", mmap_mode="r")[:100]
    return {
        "data": digests, "vectors": hashlib.sha256(sample.tobytes()).hexdigest(), "seed": SEED, "block": BLOCK,
        "kinds": KINDS, "drawn": DRAWN, "hard": [HARD.start, HARD.stop], "medium": [MEDIUM.start, MEDIUM.stop], "copy": COPY_COSINE,
    }  # fmt: skip


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True, help="the folder that train.embed wrote")
    parser.add_argument("--tokenizer", type=Path, required=True, help="a tokenizer.json, for BM25's words")
    parser.add_argument("--queries", type=int, required=True, help="how many queries, in the order of order.py")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    data = TrainingData(arguments.data)
    blocks = Blocks(arguments.out).for_recipe(json.loads(json.dumps(recipe_of(arguments.data, arguments.vectors))))
    order = order_of(data.triples)[: arguments.queries]
    todo = [number for number in range(len(order) // BLOCK) if not blocks.has(number)]
    if not todo:
        return
    tokenizer = tokenizer_of(arguments.tokenizer)
    miner, started = Miner(data, arguments.vectors, tokenizer), time.monotonic()
    for done, number in enumerate(todo, start=1):
        blocks.write(number, **miner.block(order[number * BLOCK : (number + 1) * BLOCK]))
        per_second = done * BLOCK / (time.monotonic() - started)
        facts = {"block": number, "missing": len(todo) - done, "queries_per_second": round(per_second, 1)}
        print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
