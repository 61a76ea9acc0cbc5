"""Turns texts into tensors: encodes pairs like the function, and pads them to the longest pair of their batch."""

from collections.abc import Callable, Iterator

import torch
from tokenizers import Tokenizer
from torch import Tensor

CLS, SEP, PAD = 101, 102, 0  # BERT's uncased vocabulary
MAX_QUERY_TOKENS = 96

Pair = tuple[list[int], list[int]]  # [CLS] query [SEP] and [CLS] document [SEP]


class PairTokens:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer

    def pair(self, query: str, document: str, window: int) -> Pair:
        first = self.tokenizer.encode(query, add_special_tokens=False).ids[:MAX_QUERY_TOKENS]
        second = self.tokenizer.encode(document, add_special_tokens=False).ids
        return [CLS, *first, SEP], [CLS, *second[: window - 4 - len(first)], SEP]


def length(pair: Pair) -> int:
    return len(pair[0]) + len(pair[1])


def tensors(pairs: list[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, segments and mask, each [pairs, longest]."""
    longest = max(map(length, pairs))
    ids = torch.full((len(pairs), longest), PAD)
    segments = torch.zeros_like(ids)
    mask = torch.zeros(ids.shape, dtype=torch.bool)
    for row, (first, second) in enumerate(pairs):
        ids[row, : len(first) + len(second)] = torch.tensor(first + second)
        segments[row, len(first) : len(first) + len(second)] = 1
        mask[row, : len(first) + len(second)] = True
    return ids, segments, mask


def batches_by_length(pairs: list[Pair], batch: int) -> Iterator[list[int]]:
    """The pairs' indices, in batches of pairs with about the same length, so that there is little padding."""
    order = sorted(range(len(pairs)), key=lambda i: length(pairs[i]))
    for start in range(0, len(order), batch):
        yield order[start : start + batch]


def in_pair_order(results: list[Tensor], places: list[list[int]]) -> Tensor:
    """Joins the batches' results in the order of the pairs: [pairs, …]."""
    order = torch.tensor([i for batch in places for i in batch])
    return torch.cat(results)[order.argsort()]


def by_batches(score: Callable[[Tensor, Tensor, Tensor], Tensor], pairs: list[Pair], batch: int) -> Tensor:
    """Calls `score` with ids, segments and mask of each batch. Returns the results in the order of the pairs: [pairs, …]."""
    places = list(batches_by_length(pairs, batch))
    return in_pair_order([score(*tensors([pairs[i] for i in part])) for part in places], places)


def logits(model: torch.nn.Module, pairs: list[Pair], batch: int) -> Tensor:
    """The pairs' logits, [pairs]."""

    def score(*inputs: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return model(*inputs)

    return by_batches(score, pairs, batch)
