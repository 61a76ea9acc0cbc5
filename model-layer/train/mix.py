"""Weighs a checkpoint's readings where it is used: the right answer among BM25's first hundred.

    python -m train.mix --data DIR --init DIR --out DIR --queries 200

Training sees five of BM25's best hits for each query, which share its words about equally: what shared words and best matches
are worth among a hundred candidates it learns badly. Here held-out queries rank BM25's first hundred of all training passages,
and the three weights are fitted by likelihood of the right one. The checkpoint gets the middle of the trained and the fitted
weights (the questions and passages are of other kinds than a user's), or the weights that are given. The constant makes right
answers' mean logit RIGHT.
"""

import argparse
import json
import random
import shutil
from pathlib import Path

import torch
from torch import Tensor

from bundle.interaction_model import CrossEncoder, load
from bundle.pairs import tokenizer_of
from train.batches import PairTokens, by_length, restored, tensors
from train.first_stage import FirstStage
from train.training_data import Group, TrainingData, by_weight

CANDIDATES = 100
RIGHT = 1.5  # so that a plain right answer scores 0.9 and more
SEED = 7


def groups_of(data: TrainingData, first_stage: FirstStage, queries: int) -> list[Group]:
    """Of held-out queries, the right answer first, then the others of BM25's first hundred."""
    groups: list[Group] = []
    for triple in by_weight(data.held_out, random.Random(SEED)):
        ids = first_stage.top(triple.query, CANDIDATES)
        if triple.positive in ids:
            ids = [triple.positive, *(i for i in ids if i != triple.positive)]
            groups.append(Group(triple.query, ids, [data.passages[i] for i in ids]))
        if len(groups) == queries:
            break
    return groups


@torch.no_grad()
def readings(model: CrossEncoder, tokens: PairTokens, groups: list[Group]) -> Tensor:
    """Mean cosine, best cosines, shared words and what [CLS] says, [groups, candidates, 4]."""
    pairs = [tokens.pair(group.query, text, 256) for group in groups for text in group.texts]
    places = list(by_length(pairs, 32))
    parts = []
    for part in places:
        ids, segments, mask = tensors([pairs[i] for i in part])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            x = model.encode(ids, segments, mask)
        features = model.features(x.float(), ids, segments, mask)
        parts.append(torch.stack([*features, model.cls(x[:, 0].float()).squeeze(-1)], dim=-1))
    return restored(parts, places).view(len(groups), CANDIDATES, 4)


def fitted(of: Tensor, start: Tensor) -> Tensor:
    weights = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> Tensor:
        optimiser.zero_grad()
        likelihood = (of[..., :3] @ weights + of[..., 3]).log_softmax(-1)[:, 0].mean()
        (-likelihood).backward()
        return -likelihood

    optimiser.step(loss)
    return weights.detach()


def quality(of: Tensor, weights: Tensor) -> dict[str, object]:
    scores = of[..., :3] @ weights + of[..., 3]
    rank = (scores > scores[:, :1]).sum(-1)
    ndcg = torch.where(rank < 10, 1 / (rank + 2).log2(), 0).mean().item()
    return {"mix": [round(w, 2) for w in weights.tolist()], "nDCG@10": round(ndcg, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--init", type=Path, required=True, help="a checkpoint with its tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=float, nargs=3, help="of mean cosine, best cosines and shared words")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model, data = load(arguments.init).eval(), TrainingData(arguments.data)
    tokens = PairTokens(tokenizer_of(arguments.init / "tokenizer.json"))
    first_stage = FirstStage(data.passages, tokens.tokenizer, model.stems)
    of = readings(model, tokens, groups_of(data, first_stage, arguments.queries))

    trained = model.mix.detach()[:3].clone()
    alone = fitted(of, trained)
    taken = torch.tensor(arguments.weights) if arguments.weights else (trained + alone) / 2
    for name, weights in (("trained", trained), ("fitted", alone), ("taken", taken)):
        print(json.dumps({name: quality(of, weights)}))
    right = (of[:, 0, :3] @ taken + of[:, 0, 3]).mean()
    with torch.no_grad():
        model.mix.copy_(torch.cat([taken, (RIGHT - right)[None]]))
    model.save(arguments.out)
    shutil.copy(arguments.init / "tokenizer.json", arguments.out)


if __name__ == "__main__":
    main()
