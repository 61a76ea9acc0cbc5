"""Trains a small checkpoint further on pairs. It reads the teachers' vectors from a file, so they take no time here.

    python -m train.tune --data DIR --vectors FILE --init DIR --out DIR --steps 900

The loss is the same as in `train.py`, and so is the teacher: the sum of two cosines and BM25's share.
"""

import argparse
import json
import random
import shutil
import time
from pathlib import Path

import torch
from torch import Tensor

from bundle.errors import report_errors
from bundle.interaction_model import load_checkpoint
from bundle.pairs import tokenizer_of
from train.batches import PairTokens
from train.train import (
    BGE_SHARE, GROUPS, MINILM_SHARE, NEGATIVES, REPORT_STEPS, SEED, TEMPERATURE, WORDS_SHARE, loss_of, optimiser_of, scores_of,
    share_with_positive_first, shared_words, take_step, warm_up_and_decay, window_of,
)  # fmt: skip
from train.training_data import Group, TrainingData


class Vectors:
    """Reads the file that `vectors.py` wrote."""

    def __init__(self, file: Path) -> None:
        saved = torch.load(file, weights_only=False)
        self.passages, self.queries, self.groups = saved["passages"], saved["queries"], saved["groups"]

    def cosines(self, groups: list[Group]) -> Tensor:
        """The weighted sum of the two cosines, [groups, candidates]."""
        queries = torch.stack([self.queries[group.query] for group in groups]).float()
        passages = torch.stack([torch.stack([self.passages[i] for i in group.ids]) for group in groups]).float()
        minilm, bge = (
            torch.einsum("gd,gcd->gc", q, p) for q, p in zip(queries.chunk(2, dim=-1), passages.chunk(2, dim=-1))
        )
        return MINILM_SHARE * minilm + BGE_SHARE * bge


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--init", type=Path, required=True, help="a checkpoint with its tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, required=True, help=f"the number of steps, of {GROUPS} queries with {NEGATIVES + 1} candidates each")
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    tokens = PairTokens(tokenizer_of(arguments.init / "tokenizer.json"))
    model, data, vectors = load_checkpoint(arguments.init), TrainingData(arguments.data), Vectors(arguments.vectors)
    held_out = data.held_out_groups(NEGATIVES, 200)
    arguments.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(arguments.init / "tokenizer.json", arguments.out)

    optimiser = optimiser_of(model, arguments.rate, heads_rate=arguments.rate)
    schedule = warm_up_and_decay(optimiser, arguments.steps)
    began, losses = time.monotonic(), []
    for step in range(1, arguments.steps + 1):
        drawn = rng.sample(vectors.groups, GROUPS)
        groups = [Group(query, ids, [data.passages[i] for i in ids]) for query, ids in drawn]
        words = WORDS_SHARE * shared_words(model, tokens, groups)
        teacher = ((vectors.cosines(groups) + words) / TEMPERATURE).log_softmax(-1)
        loss = loss_of(scores_of(model, tokens, groups, window_of(rng)), teacher)
        take_step(loss, model, optimiser, schedule)
        losses.append(loss.item())
        if step % REPORT_STEPS == 0 or step == arguments.steps:
            model.save(arguments.out)
            minute = round((time.monotonic() - began) / 60, 1)
            facts = {"minute": minute, "step": step, "loss": round(sum(losses) / len(losses), 4)}
            print(json.dumps(facts | {"first": round(share_with_positive_first(model, tokens, held_out), 3)}), flush=True)
            losses.clear()


if __name__ == "__main__":
    main()
