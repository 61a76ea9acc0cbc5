"""Scores pairs with an InteractionCrossEncoder that encodes query and passage apart: each query once, passages in parts."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bundle.interaction_model import InteractionCrossEncoder, Side
from bundle.pairs import PairTemplate
from train.candidate_texts import CandidateTexts
from train.token_ids import Part, TokenIds, sequences, special, whole_width

PAIRS_AT_ONCE = {"cpu": 16, "cuda": 256}  # pairs of about the same length. On a CPU, smaller parts have less padding and stay in its caches


@dataclass(frozen=True)
class Scored:
    readings: Tensor
    """The part of the logits [pairs] that does not come from [CLS]."""
    cls: Tensor
    """The rest of the logits, [pairs]."""
    sides: list[Side]
    """All that was encoded: the queries, then the passages in parts."""


class Apart:
    def __init__(self, model: InteractionCrossEncoder, template: PairTemplate, texts: CandidateTexts) -> None:
        self.model, self.template, self.texts = model, template, texts
        self.room = whole_width(model.shape.max_position_embeddings) - len(template.before) - len(template.after)

    def encoded(self, texts: TokenIds, places: np.ndarray, segment: int) -> Side:
        """The texts at these places, each as [CLS] text [SEP]."""
        before, after = (special(ids, len(places), texts.device) for ids in (self.template.before, self.template.after))
        ids, _, mask = sequences([before, Part(texts, places, np.minimum(texts.lengths[places], self.room)), after])
        return self.model.encode_apart(ids, mask, segment)

    def score(self, queries: np.ndarray, passages: np.ndarray) -> Scored:
        """Scores candidates [queries, candidates] of queries [queries]."""
        side = self.encoded(self.texts.queries, self.texts.query_places(queries), 0)
        places, device = self.texts.passage_places(queries, passages).ravel(), self.texts.passages.device
        of_query = np.arange(len(queries)).repeat(passages.shape[1])
        order = np.argsort(self.texts.passages.lengths[places], kind="stable")
        readings, cls, sides = [], [], [side]
        for part in np.array_split(order, -(-len(order) // PAIRS_AT_ONCE[device])):
            documents = self.encoded(self.texts.passages, places[part], 1)
            asked = side.at(torch.from_numpy(of_query[part]).to(device))
            readings.append(self.model.readings(asked, documents))
            cls.append(self.model.of_cls(asked, documents))
            sides.append(documents)
        back = torch.from_numpy(order.argsort()).to(device)
        return Scored(torch.cat(readings)[back], torch.cat(cls)[back], sides)
