"""How rare each word of the vocabulary is."""

from collections.abc import Iterator

import torch
from tokenizers import Tokenizer
from torch import Tensor


def document_frequencies(texts: Iterator[str], tokenizer: Tokenizer, batch: int = 1000) -> tuple[Tensor, int]:
    """In how many of the texts each word of the vocabulary is, [vocabulary], and how many texts there are."""
    counts, texts_seen = torch.zeros(tokenizer.get_vocab_size()), 0
    some: list[str] = []
    for text in texts:
        some.append(text)
        if len(some) == batch:
            texts_seen += count(some, tokenizer, counts)
            some = []
    return counts, texts_seen + count(some, tokenizer, counts)


def count(texts: list[str], tokenizer: Tokenizer, counts: Tensor) -> int:
    for encoded in tokenizer.encode_batch(texts, add_special_tokens=False):
        counts[list(set(encoded.ids))] += 1
    return len(texts)
