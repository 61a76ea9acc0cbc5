"""Distils the tiny cross-encoder from a trained one, token by token.

    python -m train.distil --data DIR --teacher DIR --tokenizer FILE --out DIR --steps 3000

Both read the same pairs. The student's last layer learns the teacher's last layer, projected on its principal directions,
because a layer contains a hundred times more information about a pair than a logit. The student also learns the order of
each query's candidates, and which of the query's tokens matter. Its word vectors start as the mean of the teacher's vectors
for each word, so that the two layers must only add the context.
"""

import argparse
import json
import random
import shutil
import time
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from bundle.errors import report_errors
from bundle.interaction_model import InteractionCrossEncoder, Shape, load_checkpoint
from bundle.pairs import tokenizer_of
from train.batches import Pair, PairTokens, batches_by_length, in_pair_order, tensors
from train.train import GROUPS, NEGATIVES, REPORT_STEPS, share_with_positive_first, take_step, warm_up_and_decay, window_of
from train.training_data import TrainingData

WIDTH, LAYERS, HEADS = 128, 2, 4
SURVEYED = 300  # batches from which the projection and the word vectors are computed
BATCH = 28
ORDER_SHARE, TOKEN_SHARE, IMPORTANCE_SHARE = 1.0, 4.0, 0.5  # of the loss
SEED = 20261126


def autocast() -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16)


@torch.no_grad()
def new_student(
    teacher: InteractionCrossEncoder, batches: list[tuple[Tensor, Tensor, Tensor]]
) -> tuple[InteractionCrossEncoder, Tensor]:
    """A new student, and the projection [teacher's width, student's width]."""
    width, words = teacher.shape.hidden_size, teacher.shape.vocab_size
    scatter, sums, counts = torch.zeros(width, width), torch.zeros(words, width), torch.zeros(words)
    for ids, segments, mask in batches:
        with autocast():
            x = teacher.encode(ids, segments, mask)[-1]
        unit, seen = F.normalize(x[mask].float(), dim=-1), ids[mask]
        scatter += unit.T @ unit
        sums.index_add_(0, seen, unit)
        counts.index_add_(0, seen, torch.ones(len(seen)))
    values, vectors = torch.linalg.eigh(scatter)
    projection = vectors[:, -WIDTH:].flip(-1)
    print(json.dumps({"kept": round((values[-WIDTH:].sum() / values.sum()).item(), 4), "words": int((counts > 0).sum())}))

    # For words that are not in the batches: the linear map from the teacher's word vectors to the means of the seen words.
    own = teacher.embedding_norm(teacher.words.weight)
    known = counts > 0
    means = sums[known] / counts[known, None]
    weights = counts[known, None].sqrt()
    mapped = own @ torch.linalg.lstsq(own[known] * weights, means * weights, driver="gelsd").solution
    mapped[known] = means

    shape = Shape(words, WIDTH, 4 * WIDTH, LAYERS, HEADS, teacher.shape.max_position_embeddings, hidden_act="relu")
    student = InteractionCrossEncoder(shape)
    student.words.weight.copy_(F.normalize(mapped @ projection, dim=-1) * WIDTH**0.5)
    student.positions.weight.normal_(std=0.02)
    student.segments.weight.zero_()
    for layer in student.layers:
        layer.out.weight.normal_(std=0.02)
        layer.down.weight.normal_(std=0.02)
    student.mix.copy_(teacher.mix)
    student.gates.zero_()
    student.idf.copy_(teacher.idf)
    student.stems.copy_(teacher.stems)
    return student, projection


def importance_of(model: InteractionCrossEncoder, x: Tensor, query: Tensor) -> Tensor:
    """Log weights of the query's tokens, [pairs, tokens]."""
    return model.importance(x).squeeze(-1).masked_fill(~query, -1e4).log_softmax(-1)


def step_losses(
    student: InteractionCrossEncoder, teacher: InteractionCrossEncoder, projection: Tensor, pairs: list[Pair]
) -> Tensor:
    """The losses for the candidates' order, the tokens' vectors and the query tokens' importance, [3]."""
    places = list(batches_by_length(pairs, BATCH))
    student_logits, teacher_logits, tokens, importance = [], [], [], []
    for part in places:
        ids, segments, mask = tensors([pairs[i] for i in part])
        with torch.no_grad(), autocast():
            rows = teacher.encode(ids, segments, mask)
            target, first = rows[-1].float(), teacher.first(rows, segments, mask)
        with torch.no_grad():
            teacher_logits.append(teacher.read(target, first, ids, segments, mask))
        with autocast():
            x = student.encode(ids, segments, mask)[-1].float()
        student_logits.append(student.read(x, x[:, 0], ids, segments, mask))
        tokens.append((1 - F.cosine_similarity(x[mask], target[mask] @ projection, dim=-1)).mean())
        query = mask & (segments == 0)
        wanted = importance_of(teacher, target, query).detach()
        importance.append(F.kl_div(importance_of(student, x, query), wanted, log_target=True, reduction="batchmean"))
    scores = in_pair_order(student_logits, places).view(-1, NEGATIVES + 1).log_softmax(-1)
    wanted_scores = in_pair_order(teacher_logits, places).view(-1, NEGATIVES + 1).log_softmax(-1)
    order = F.kl_div(scores, wanted_scores, log_target=True, reduction="batchmean")
    return torch.stack([order, torch.stack(tokens).mean(), torch.stack(importance).mean()])


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="a checkpoint that train.py wrote")
    parser.add_argument("--tokenizer", type=Path, required=True, help="the teacher's tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="continue from this student of the same teacher")
    parser.add_argument("--seed", type=int, default=SEED, help="the seed for the random choices after the survey")
    parser.add_argument("--steps", type=int, required=True, help=f"the number of steps, of {GROUPS} queries with {NEGATIVES + 1} candidates each")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)

    tokens = PairTokens(tokenizer_of(arguments.tokenizer))
    teacher = load_checkpoint(arguments.teacher).eval()
    data = TrainingData(arguments.data)
    held_out = data.held_out_groups(NEGATIVES, 200)
    groups = data.groups(NEGATIVES, SEED)

    def pairs_of(count: int) -> list[Pair]:
        window = window_of(rng)
        return [tokens.pair(group.query, text, window) for group in islice(groups, count) for text in group.texts]

    arguments.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(arguments.tokenizer, arguments.out / "tokenizer.json")
    student, projection = new_student(teacher, [tensors(pairs_of(4)) for _ in range(SURVEYED)])
    if arguments.init:
        student = load_checkpoint(arguments.init)
    groups = data.groups(NEGATIVES, arguments.seed)
    trained = [p for p in student.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, arguments.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    schedule = warm_up_and_decay(optimiser, arguments.steps)
    shares = torch.tensor([ORDER_SHARE, TOKEN_SHARE, IMPORTANCE_SHARE])

    began, losses = time.monotonic(), torch.zeros(3)
    print(json.dumps({"step": 0, "first": round(share_with_positive_first(student, tokens, held_out), 3)}), flush=True)
    for step in range(1, arguments.steps + 1):
        parts = step_losses(student, teacher, projection, pairs_of(GROUPS))
        take_step((parts * shares).sum(), student, optimiser, schedule)
        losses += parts.detach()
        if step % REPORT_STEPS == 0 or step == arguments.steps:
            student.save(arguments.out)
            order, token, importance = (losses / REPORT_STEPS).tolist()
            losses.zero_()
            facts = {"order": round(order, 4), "token": round(token, 4), "importance": round(importance, 4)}
            minute = round((time.monotonic() - began) / 60, 1)
            first = round(share_with_positive_first(student, tokens, held_out), 3)
            print(json.dumps({"minute": minute, "step": step, **facts, "first": first}), flush=True)


if __name__ == "__main__":
    main()
