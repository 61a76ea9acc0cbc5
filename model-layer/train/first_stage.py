"""BM25 over all training passages, with the stems of a tokenizer's words."""

import numpy as np
from tokenizers import Tokenizer
from torch import Tensor

from bundle import bm25


class FirstStage:
    def __init__(self, passages: dict[int, str], tokenizer: Tokenizer, stems: Tensor) -> None:
        """stems: the first token with the same stem as each token, [vocabulary]."""
        self.tokenizer, self.stems = tokenizer, stems.numpy()
        self.ids = np.array(sorted(passages))
        lengths, stem_of, row_of, count_of = [], [], [], []
        for start in range(0, len(self.ids), 1000):
            texts = [passages[i] for i in self.ids[start : start + 1000]]
            for row, encoded in enumerate(tokenizer.encode_batch(texts, add_special_tokens=False), start):
                found, counts = np.unique(self.stems[encoded.ids], return_counts=True)
                lengths.append(len(encoded.ids))
                stem_of.append(found)
                row_of.append(np.full(len(found), row))
                count_of.append(counts)
        stems_of_all, rows, counts = map(np.concatenate, (stem_of, row_of, count_of))
        length = np.array(lengths)[rows] / np.mean(lengths)
        weights = counts / (counts + bm25.K1 * (1 - bm25.B + bm25.B * length))
        order = np.argsort(stems_of_all, kind="stable")
        self.rows, self.weights = rows[order], weights[order].astype(np.float32)
        self.starts = np.searchsorted(stems_of_all[order], np.arange(len(self.stems) + 1))
        having = np.diff(self.starts)[self.stems]  # passages with a word of that stem, [vocabulary]
        self.idf = np.log(1 + (len(self.ids) - having + 0.5) / (having + 0.5)).astype(np.float32)  # the same formula as in Lucene

    def scores(self, query: str) -> np.ndarray:
        """The scores of all passages, in the order of `ids`: [passages]."""
        scores = np.zeros(len(self.ids), np.float32)
        for token in self.tokenizer.encode(query, add_special_tokens=False).ids:
            stem = self.stems[token]
            postings = slice(self.starts[stem], self.starts[stem + 1])
            scores[self.rows[postings]] += self.idf[token] * self.weights[postings]
        return scores

    def max_score(self, query: str) -> float:
        """An upper bound on the score of any passage for this query."""
        return float(self.idf[self.tokenizer.encode(query, add_special_tokens=False).ids].sum())


def best_places(scores: np.ndarray, count: int) -> np.ndarray:
    """The indices of the highest scores, highest first. Of equal scores, the smaller index comes first."""
    if count < len(scores):
        places = np.flatnonzero(scores >= np.partition(scores, -count)[-count])
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:count]
