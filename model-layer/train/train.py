"""Trains a cross-encoder with a listwise softmax on the positive and a divergence from a soft teacher.

    python -m train.train --data DIR --backbone DIR --teacher-onnx FILE --out DIR --steps 1200

--data contains passages.jsonl.xz and triples.jsonl.xz; --backbone is a sentence encoder's checkpoint. The command prints its
progress and writes a checkpoint every REPORT_STEPS steps. With --init, it continues from a checkpoint.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from bundle.errors import report_errors
from bundle.interaction_model import InteractionCrossEncoder, from_sentence_encoder, load_checkpoint
from bundle.pairs import tokenizer_of
from train.batches import PairTokens, by_batches, logits
from train.bi_encoder import BGE, MINILM, BiEncoder
from train.sentence_encoder import write_checkpoint
from train.training_data import Group, TrainingData, changed_files
from train.words import words_of

NEGATIVES = 6
GROUPS = 8  # per step
CHUNK = 40  # steps between two calls of the teacher
LABEL_SHARE = 0.4  # the label's share of the loss; the rest is the teacher's
WARM_UP = 60  # steps
REPORT_STEPS = 200
MINILM_SHARE, BGE_SHARE, WORDS_SHARE, TEMPERATURE = 1.0, 2.0, 0.4, 0.12
"""The weights of the teacher's parts: two cosines, of which BGE's spread half as wide, and BM25's share of the query."""
SEED = 20261125


def loss_of(scores: Tensor, teacher: Tensor) -> Tensor:
    """The loss for scores and the teacher's log probabilities, each [groups, candidates], with the positive first."""
    # A negative that the teacher prefers to the positive may be as good an answer, so it does not count as wrong for the label.
    doubtful = teacher > teacher[:, :1]
    label = -scores.masked_fill(doubtful, -1e4).log_softmax(-1)[:, 0].mean()
    soft = F.kl_div(scores.log_softmax(-1), teacher, log_target=True, reduction="batchmean")
    return LABEL_SHARE * label + (1 - LABEL_SHARE) * soft


def scores_of(model: InteractionCrossEncoder, tokens: PairTokens, groups: list[Group], window: int) -> Tensor:
    """[groups, candidates]"""
    pairs = [tokens.pair(group.query, text, window) for group in groups for text in group.texts]
    return logits(model, pairs, batch=28).view(len(groups), -1)


class Teacher:
    """Two bi-encoders and BM25's share. Together they rank better than each alone, even on texts unlike the training data."""

    def __init__(
        self, model: InteractionCrossEncoder, backbone: InteractionCrossEncoder, bge: InteractionCrossEncoder, tokens: PairTokens
    ) -> None:
        self.model = model
        self.minilm = BiEncoder(backbone, MINILM, tokens.tokenizer)
        self.bge = BiEncoder(bge, BGE, tokens.tokenizer)
        self.tokens = tokens

    @torch.no_grad()
    def log_probabilities(self, groups: list[Group], passages: dict[int, str]) -> Tensor:
        """[groups, candidates]"""
        cosines = [share * of.cosines(groups, passages) for share, of in ((MINILM_SHARE, self.minilm), (BGE_SHARE, self.bge))]
        words = shared_words(self.model, self.tokens, groups)
        return ((sum(cosines) + WORDS_SHARE * words) / TEMPERATURE).log_softmax(-1)


@torch.no_grad()
def shared_words(model: InteractionCrossEncoder, tokens: PairTokens, groups: list[Group]) -> Tensor:
    """BM25's share of each query, [groups, candidates]."""
    pairs = [tokens.pair(group.query, text, 448) for group in groups for text in group.texts]
    return by_batches(model.words_shared, pairs, 64).view(len(groups), -1)


def optimiser_of(model: InteractionCrossEncoder, rate: float, heads_rate: float) -> torch.optim.AdamW:
    """The optimiser. The few weights of the readings and the gates need far larger steps than the encoder."""
    numbers = [model.mix, model.gates]
    heads = [*model.importance.parameters(), *model.cls.parameters()]
    known = {id(p) for p in [*numbers, *heads, model.idf]}
    return torch.optim.AdamW(
        [
            {"params": [p for p in model.parameters() if id(p) not in known], "lr": rate},
            {"params": heads, "lr": heads_rate},
            {"params": numbers, "lr": 2e-2, "weight_decay": 0.0},
        ],
        weight_decay=0.01,
        betas=(0.9, 0.98),
        fused=True,
    )


def warm_up_and_decay(optimiser: torch.optim.Optimizer, steps: int) -> LambdaLR:
    """The rate rises to its full value, then falls linearly."""
    return LambdaLR(optimiser, lambda done: min(1.0, (done + 1) / WARM_UP) * max(0.02, 1 - (done + 1) / steps))


def take_step(loss: Tensor, model: torch.nn.Module, optimiser: torch.optim.Optimizer, schedule: LambdaLR) -> None:
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    schedule.step()
    optimiser.zero_grad()


@torch.no_grad()
def share_with_positive_first(model: InteractionCrossEncoder, tokens: PairTokens, groups: list[Group]) -> float:
    """The share of held-out groups whose positive comes first."""
    model.eval()
    first = (scores_of(model, tokens, groups, 256).argmax(-1) == 0).float().mean().item()
    model.train()
    return first


def window_of(rng: random.Random) -> int:
    """A random window, because a model that was trained only on short texts scores long ones badly."""
    return rng.choices([96, 128, 192, 288, 448], [0.3, 0.3, 0.2, 0.15, 0.05])[0]


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--backbone", type=Path, required=True)
    parser.add_argument("--teacher-onnx", type=Path, required=True, help="a bi-encoder's ONNX file")
    parser.add_argument("--init", type=Path, help="continue from this checkpoint")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, required=True, help=f"the number of steps, of {GROUPS} queries with {NEGATIVES + 1} candidates each")
    parser.add_argument("--until", type=int, help="stop after this many of the steps")
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    rng = random.Random(arguments.seed)

    tokens = PairTokens(tokenizer_of(arguments.backbone / "tokenizer.json"))
    model = load_checkpoint(arguments.init) if arguments.init else from_sentence_encoder(arguments.backbone)
    for name in changed_files(arguments.data):
        print(f"{arguments.data / name} differs from the file in sources.json, so the model will be a different one", file=sys.stderr)
    data = TrainingData(arguments.data)
    if not arguments.init:
        words = words_of(iter(data.passages.values()), tokens.tokenizer)
        model.set_words(words.stems, words.idf())
    with tempfile.TemporaryDirectory() as folder:
        write_checkpoint(arguments.teacher_onnx, Path(folder))
        teacher = Teacher(model, from_sentence_encoder(arguments.backbone), from_sentence_encoder(Path(folder)), tokens)
    held_out = data.held_out_groups(NEGATIVES, 200)
    groups = data.groups(NEGATIVES, arguments.seed)

    optimiser = optimiser_of(model, arguments.rate, heads_rate=1e-3)
    schedule = warm_up_and_decay(optimiser, arguments.steps)

    def report(**facts: object) -> None:
        print(json.dumps({"minute": round((time.monotonic() - started) / 60, 1), "step": step, **facts}), flush=True)

    arguments.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(arguments.backbone / "tokenizer.json", arguments.out)
    started, step, losses = time.monotonic(), 0, []
    model.train()
    until = arguments.steps if arguments.until is None else arguments.until
    while step < until:
        chunk = list(islice(groups, GROUPS * CHUNK))
        wanted = teacher.log_probabilities(chunk, data.passages)
        for start in range(0, len(chunk), GROUPS):
            scores = scores_of(model, tokens, chunk[start : start + GROUPS], window_of(rng))
            loss = loss_of(scores, wanted[start : start + GROUPS])
            take_step(loss, model, optimiser, schedule)
            losses.append(loss.item())
            step += 1
        mix, gates = ([round(x, 2) for x in part.tolist()] for part in (model.mix, model.gates))
        report(loss=round(sum(losses[-CHUNK:]) / CHUNK, 4), mix=mix, gates=gates)
        if step % REPORT_STEPS == 0:
            report(first=round(share_with_positive_first(model, tokens, held_out), 3))
            model.save(arguments.out)
    report(first=round(share_with_positive_first(model, tokens, held_out), 3), pairs=step * GROUPS * (NEGATIVES + 1))
    model.save(arguments.out)


if __name__ == "__main__":
    main()
