"""What teachers and student read of a query's candidates: the same texts for both.

One query in JOINED_EVERY reads each candidate together with the neighbouring passage, so that the student meets longer documents
and answers in any place of them.
"""

import numpy as np
from tokenizers import Tokenizer

from train.order import kind_of
from train.token_ids import TokenIds, tokenized
from train.training_data import TrainingData

QUERY_TOKENS, PASSAGE_TOKENS = 64, 380  # at most, without special tokens
JOINED_EVERY, JOINED_PLACE = 12, 5
NEVER_JOINED = "functions"  # a neighbouring function has nothing to do with this one
TEXTS = [QUERY_TOKENS, PASSAGE_TOKENS, JOINED_EVERY, JOINED_PLACE]
"""For the recipes of scores: what the texts depend on beside the data."""


def reads_joined(data: TrainingData, query: int) -> bool:
    return query % JOINED_EVERY == JOINED_PLACE and kind_of(data.triples[query]) != NEVER_JOINED


def candidate_text(data: TrainingData, passage: int, joined: bool) -> str:
    """
    The passage's text; if joined, the next passage follows an odd passage and comes before an even one. A long text is cut at its
    end, so after a long neighbour little of the passage is left. Teachers and student read the same.
    """
    text, neighbour = data.passages[passage], data.passages.get(passage + 1)
    if not joined or neighbour is None:
        return text
    return f"{text} {neighbour}" if passage % 2 else f"{neighbour} {text}"


class CandidateTexts:
    """The tokens of queries and of their candidates, each text once."""

    def __init__(self, data: TrainingData, tokenizer: Tokenizer, queries: np.ndarray, passages: np.ndarray, device: str) -> None:
        """queries [queries] are places in the triples; passages [queries, candidates] are ids."""
        self._data, self._known_queries = data, np.unique(queries)
        self._known_texts = np.unique(self._keys(queries, passages))
        texts = [candidate_text(data, key // 2, bool(key % 2)) for key in self._known_texts.tolist()]
        self.queries: TokenIds = tokenized([data.triples[i].query for i in self._known_queries.tolist()], tokenizer, QUERY_TOKENS, device)
        self.passages: TokenIds = tokenized(texts, tokenizer, PASSAGE_TOKENS, device)

    def query_places(self, queries: np.ndarray) -> np.ndarray:
        """The places of queries in `queries`."""
        return np.searchsorted(self._known_queries, queries)

    def passage_places(self, queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """The places of candidates [queries, candidates] in `passages`."""
        return np.searchsorted(self._known_texts, self._keys(queries, passages))

    def _keys(self, queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """A number for each different text, [queries, candidates]."""
        joined = np.array([reads_joined(self._data, query) for query in queries.tolist()])
        return passages.astype(np.int64) * 2 + joined[:, None]
