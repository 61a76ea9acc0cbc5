"""Finds out which words of the vocabulary have the same stem, and how rare each stem is."""

from collections.abc import Iterator
from dataclasses import dataclass

import snowballstemmer
import torch
from tokenizers import Tokenizer
from torch import Tensor


@dataclass(frozen=True)
class Words:
    stems: Tensor  # [vocabulary], the first word with the same stem
    counts: Tensor  # [vocabulary], the number of texts with a word of that stem
    texts: int

    def idf(self) -> Tensor:
        """Inverse document frequency as in Lucene's BM25, [vocabulary]."""
        return (1 + (self.texts - self.counts + 0.5) / (self.counts + 0.5)).log()


def words_of(texts: Iterator[str], tokenizer: Tokenizer, batch: int = 1000) -> Words:
    stems = stems_of(tokenizer)
    counts, seen = torch.zeros(len(stems)), 0
    some: list[str] = []

    def count() -> None:
        for encoded in tokenizer.encode_batch(some, add_special_tokens=False):
            counts[stems[encoded.ids].unique()] += 1

    for text in texts:
        some.append(text)
        seen += 1
        if len(some) == batch:
            count()
            some = []
    count()
    return Words(stems, counts[stems], seen)


def stems_of(tokenizer: Tokenizer) -> Tensor:
    """For each word, the first word with the same stem (Porter's stemmer). Word pieces and words with non-ASCII letters have no stem."""
    stemmer = snowballstemmer.stemmer("porter")
    words = sorted(tokenizer.get_vocab().items(), key=lambda word: word[1])
    stems, first = torch.arange(len(words)), {}
    for word, i in words:
        if word.isascii() and word.isalpha():
            stems[i] = first.setdefault(stemmer.stemWord(word), i)
    return stems
