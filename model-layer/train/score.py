"""Scores mined candidates once with a teacher, and keeps the logits.

    python -m train.score --data DATA --candidates CANDIDATES --teacher TEACHER --out SCORES/l12
    python -m train.score --data DATA --candidates CANDIDATES --teacher START --readings --out SCORES/readings

SCORES/l12 gets `logits` [queries, candidates] for each block of CANDIDATES: int16, in steps of 1 / STEPS. The command never
changes a block, so you can stop it at any time; the next run goes on with the missing blocks. `--until 17:50` stops it.
`--kinds questions headings` scores the queries of these kinds (`order.py`) alone, the others get MISSING. Teacher and student
read the same texts (`candidate_texts.py`).

The teacher is a cross-encoder's bundle or checkpoint folder, or with --readings the readings of a checkpoint of `start.py`
without what is read from [CLS] (`teachers.py`). A checkpoint runs on the GPU if there is one.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import torch

from bundle.errors import report_errors
from train.blocks import Blocks
from train.candidate_texts import TEXTS
from train.order import OTHER_KIND, SHARES_BY_KIND, kind_of
from train.teachers import ReadingsTeacher, teacher_of
from train.training_data import TrainingData

STEPS = 1000
MAX_LOGIT = np.iinfo(np.int16).max / STEPS
MISSING = np.iinfo(np.int16).min


def as_int16(logits: np.ndarray) -> np.ndarray:
    if not np.isfinite(logits).all() or np.abs(logits).max() > MAX_LOGIT:
        raise SystemExit(f"the teacher gives a logit that is not a number or beyond ±{MAX_LOGIT}; expected a teacher with finite, smaller logits")
    return np.rint(logits * STEPS).astype(np.int16)


def score_blocks(
    candidates: Blocks,
    scores: Blocks,
    logits: Callable[[np.ndarray, np.ndarray], np.ndarray],
    until: float,
    wanted: Callable[[int], bool] = lambda query: True,
) -> None:
    """Writes the missing blocks, until none is missing or time.time() reaches `until`; only the wanted queries get logits."""
    started, pairs = time.monotonic(), 0
    todo = [number for number in candidates.numbers() if not scores.has(number)]
    for done, number in enumerate(todo, start=1):
        if time.time() >= until:
            return
        block = candidates.read(number)
        queries, passages = block["queries"], block["passages"]
        rows = [row for row, query in enumerate(queries.tolist()) if wanted(query)]
        found = np.full(passages.shape, MISSING, np.int16)
        if rows:
            found[rows] = as_int16(logits(queries[rows], passages[rows]))
        scores.write(number, logits=found)
        pairs += passages[rows].size
        facts = {"block": number, "missing": len(todo) - done, "pairs": pairs}
        print(json.dumps(facts | {"pairs_per_second": round(pairs / (time.monotonic() - started), 1)}), flush=True)


def clock(text: str) -> float:
    """The next time when a clock shows HH:MM, in seconds like time.time()."""
    now = datetime.now()
    then = now.replace(hour=int(text[:2]), minute=int(text[3:]), second=0)
    return then.timestamp() + (86_400 if then < now else 0)


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True, help="the folder that train.mine wrote")
    parser.add_argument("--teacher", type=Path, required=True, help="a bundle or a checkpoint")
    parser.add_argument("--readings", action="store_true", help="the teacher is a checkpoint of train.start, without what is read from [CLS]")
    parser.add_argument("--out", type=Path, required=True, help="a folder of this teacher alone")
    parser.add_argument("--kinds", nargs="+", choices=[*SHARES_BY_KIND, OTHER_KIND], help="score these queries alone (default: all)")
    parser.add_argument("--until", type=clock, default=float("inf"), metavar="HH:MM", help="start no block after this time")
    parser.add_argument("--threads", type=int, default=2, help="the number of threads on a CPU (default: 2)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = TrainingData(arguments.data)
    teacher = ReadingsTeacher(arguments.teacher) if arguments.readings else teacher_of(arguments.teacher, arguments.threads)
    mined = hashlib.sha256((arguments.candidates / "manifest.json").read_bytes()).hexdigest()
    recipe = {"teacher": teacher.sha256, "window": teacher.window, "steps": STEPS, "candidates": mined, "texts": TEXTS}
    candidates, scores = Blocks(arguments.candidates), Blocks(arguments.out).for_recipe(recipe)
    missing = [candidates.read(number) for number in candidates.numbers() if not scores.has(number)]
    if not missing:
        return
    reader = teacher.reader(data, *(np.concatenate([block[name] for block in missing]) for name in ("queries", "passages")))

    def wanted(query: int) -> bool:
        return arguments.kinds is None or kind_of(data.triples[query]) in arguments.kinds

    score_blocks(candidates, scores, reader, arguments.until, wanted)


if __name__ == "__main__":
    main()
