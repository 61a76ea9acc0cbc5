"""Scores mined candidates once with a cross-encoder, and keeps the logits.

    python -m train.score --data DATA --candidates CANDIDATES --teacher BUNDLE --out SCORES

SCORES gets `logits` [queries, candidates] for each block of CANDIDATES: int16, in steps of 1 / STEPS. The command never changes
a block, so you can stop it at any time; the next run goes on with the missing blocks. `--until 17:50` stops it.
`--kinds questions headings` scores the queries of these kinds (`order.py`) alone, the others get MISSING.

The teacher is a bundle or a checkpoint folder. onnxruntime runs a bundle on the CPU, one pair per run on each thread (int8 is
about twice as fast there as bfloat16). transformers runs a checkpoint in batches, on the GPU if there is one.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from bundle import manifest
from bundle.checkpoint import Checkpoint
from bundle.errors import report_errors
from bundle.pairs import EncodedPair, PairTemplate, template_of
from bundle.scorer import Scorer
from bundle.transformers_model import SequenceClassifier
from train.blocks import Blocks
from train.order import OTHER_KIND, SHARES_BY_KIND, kind_of
from train.training_data import TrainingData

WINDOW = 256
STEPS = 1000
BATCH = {"cpu": 8, "cuda": 128}
MAX_LOGIT = np.iinfo(np.int16).max / STEPS
MISSING = np.iinfo(np.int16).min


class BundleTeacher:
    def __init__(self, bundle: Path, threads: int) -> None:
        self.scorer, self.threads = Scorer(bundle), threads
        self.tokenizer, self.template = self.scorer.tokenizer, self.scorer.template
        self.window = min(WINDOW, self.scorer.manifest["max_tokens"])
        self.sha256 = manifest.graph_sha256(self.scorer.manifest)

    def logits(self, pairs: list[EncodedPair]) -> np.ndarray:
        with ThreadPoolExecutor(self.threads) as pool:
            return np.array(list(pool.map(self.scorer.logit, pairs)))


class CheckpointTeacher:
    """A model with one logit, or with two classes, of which the second one is the relevant one."""

    def __init__(self, folder: Path, threads: int) -> None:
        checkpoint = Checkpoint(folder)
        torch.set_num_threads(threads)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = SequenceClassifier(folder, torch.bfloat16).eval().to(self.device)
        if not self.model.takes_segments:
            raise SystemExit(f"{folder} has no input for segment ids; expected BERT or ELECTRA, or a bundle for other families")
        self.tokenizer = checkpoint.tokenizer()
        self.template = template_of(self.tokenizer)
        self.head = manifest.head(self.model.config.num_labels, relevant=1)
        self.window = min(WINDOW, self.model.config.max_position_embeddings)
        self.sha256 = checkpoint.weights_sha256()

    @torch.inference_mode()
    def logits(self, pairs: list[EncodedPair]) -> np.ndarray:
        found = np.empty(len(pairs))
        by_length = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
        for start in range(0, len(by_length), BATCH[self.device]):
            places = by_length[start : start + BATCH[self.device]]
            rows = self.model(*padded([pairs[i] for i in places], self.device)).float().cpu().numpy()
            found[places] = [manifest.logit(self.head, row) for row in rows]
        return found


def padded(pairs: list[EncodedPair], device: str) -> list[torch.Tensor]:
    """Ids, mask and segments, each [pairs, longest]."""
    rows = [(pair.ids, [1] * len(pair.ids), pair.segments) for pair in pairs]
    return [pad_sequence(list(map(torch.tensor, column)), batch_first=True).to(device) for column in zip(*rows)]


def teacher_of(folder: Path, threads: int) -> BundleTeacher | CheckpointTeacher:
    return (BundleTeacher if (folder / manifest.MANIFEST).is_file() else CheckpointTeacher)(folder, threads)


def as_int16(logits: np.ndarray) -> np.ndarray:
    if not np.isfinite(logits).all() or np.abs(logits).max() > MAX_LOGIT:
        raise SystemExit(f"the teacher gives a logit that is not a number or beyond ±{MAX_LOGIT}; expected a teacher with finite, smaller logits")
    return np.rint(logits * STEPS).astype(np.int16)


def score_blocks(
    candidates: Blocks,
    scores: Blocks,
    logits: Callable[[list[int], np.ndarray], np.ndarray],
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
        queries, passages = block["queries"].tolist(), block["passages"]
        rows = [row for row, query in enumerate(queries) if wanted(query)]
        found = np.full(passages.shape, MISSING, np.int16)
        if rows:
            found[rows] = as_int16(logits([queries[row] for row in rows], passages[rows]))
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
    parser.add_argument("--teacher", type=Path, required=True, help="a bundle, or a checkpoint for a GPU")
    parser.add_argument("--out", type=Path, required=True, help="a folder of this teacher alone")
    parser.add_argument("--kinds", nargs="+", choices=[*SHARES_BY_KIND, OTHER_KIND], help="score these queries alone (default: all)")
    parser.add_argument("--until", type=clock, default=float("inf"), metavar="HH:MM", help="start no block after this time")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    data, teacher = TrainingData(arguments.data), teacher_of(arguments.teacher, arguments.threads)
    candidates = Blocks(arguments.candidates)
    mined = hashlib.sha256((arguments.candidates / "manifest.json").read_bytes()).hexdigest()
    recipe = {"teacher": teacher.sha256, "window": teacher.window, "steps": STEPS, "candidates": mined}
    template: PairTemplate = teacher.template

    def logits(queries: list[int], passages: np.ndarray) -> np.ndarray:
        texts = [(data.triples[q].query, data.passages[p]) for q, row in zip(queries, passages.tolist()) for p in row]
        pairs = [template.encode(teacher.tokenizer, query, text, teacher.window) for query, text in texts]
        return teacher.logits(pairs).reshape(passages.shape)

    def wanted(query: int) -> bool:
        return arguments.kinds is None or kind_of(data.triples[query]) in arguments.kinds

    score_blocks(candidates, Blocks(arguments.out).for_recipe(recipe), logits, arguments.until, wanted)


if __name__ == "__main__":
    main()
