"""Fits the weights of a checkpoint's readings to the usual task: to find the right answer among BM25's first hundred hits.

    python -m train.mix --data DIR --init DIR --out DIR --queries 200

In training, a query has five of BM25's best hits, which share its words about equally. So training does not learn well how much
shared words and best matches are worth among a hundred candidates. Here, the model ranks BM25's first hundred of all training
passages for held-out queries, and the command fits the three weights by the likelihood of the right answer. The checkpoint
gets the mean of the trained and the fitted weights, because users' texts differ from the training data, or the weights in
--weights. The constant is set so that the mean logit of right answers is RIGHT_ANSWER_LOGIT.
"""

import argparse
import json
import random
import shutil
from pathlib import Path

import torch
from torch import Tensor

from bundle.errors import report_errors
from bundle.interaction_model import InteractionCrossEncoder, load_checkpoint
from bundle.pairs import tokenizer_of
from train.batches import PairTokens, by_batches
from train.first_stage import FirstStage
from train.training_data import Group, TrainingData, draw_by_weight

CANDIDATES = 100
RIGHT_ANSWER_LOGIT = 1.5  # then a clearly right answer has a score of 0.9 or more
SEED = 7


def held_out_groups(data: TrainingData, first_stage: FirstStage, queries: int) -> list[Group]:
    """Held-out queries with BM25's first hundred passages. The right answer is first."""
    groups: list[Group] = []
    for triple in draw_by_weight(data.held_out, random.Random(SEED)):
        ids = first_stage.top(triple.query, CANDIDATES)
        if triple.positive in ids:
            ids = [triple.positive, *(i for i in ids if i != triple.positive)]
            groups.append(Group(triple.query, ids, [data.passages[i] for i in ids]))
        if len(groups) == queries:
            break
    return groups


@torch.no_grad()
def readings_of(model: InteractionCrossEncoder, tokens: PairTokens, groups: list[Group]) -> Tensor:
    """The readings: mean cosine, best cosines, shared words and [CLS], [groups, candidates, 4]."""
    pairs = [tokens.pair(group.query, text, 256) for group in groups for text in group.texts]

    def read(ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rows = model.encode(ids, segments, mask)
            first = model.first(rows, segments, mask)
        features = model.features(rows[-1].float(), ids, segments, mask)
        return torch.stack([*features, model.cls(first).squeeze(-1)], dim=-1)

    return by_batches(read, pairs, 32).view(len(groups), CANDIDATES, 4)


def fit_weights(readings: Tensor, start: Tensor) -> Tensor:
    weights = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> Tensor:
        optimiser.zero_grad()
        likelihood = (readings[..., :3] @ weights + readings[..., 3]).log_softmax(-1)[:, 0].mean()
        (-likelihood).backward()
        return -likelihood

    optimiser.step(loss)
    return weights.detach()


def quality(readings: Tensor, weights: Tensor) -> dict[str, object]:
    scores = readings[..., :3] @ weights + readings[..., 3]
    rank = (scores > scores[:, :1]).sum(-1)
    ndcg = torch.where(rank < 10, 1 / (rank + 2).log2(), 0).mean().item()
    return {"mix": [round(w, 2) for w in weights.tolist()], "nDCG@10": round(ndcg, 4)}


@report_errors()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--init", type=Path, required=True, help="a checkpoint with its tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=float, nargs=3, help="the weights of mean cosine, best cosines and shared words")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model, data = load_checkpoint(arguments.init).eval(), TrainingData(arguments.data)
    tokens = PairTokens(tokenizer_of(arguments.init / "tokenizer.json"))
    first_stage = FirstStage(data.passages, tokens.tokenizer, model.stems)
    readings = readings_of(model, tokens, held_out_groups(data, first_stage, arguments.queries))

    trained = model.mix.detach()[:3].clone()
    alone = fit_weights(readings, trained)
    taken = torch.tensor(arguments.weights) if arguments.weights else (trained + alone) / 2
    for name, weights in (("trained", trained), ("fitted", alone), ("taken", taken)):
        print(json.dumps({name: quality(readings, weights)}))
    right = (readings[:, 0, :3] @ taken + readings[:, 0, 3]).mean()
    with torch.no_grad():
        model.mix.copy_(torch.cat([taken, (RIGHT_ANSWER_LOGIT - right)[None]]))
    model.save(arguments.out)
    shutil.copy(arguments.init / "tokenizer.json", arguments.out)


if __name__ == "__main__":
    main()
