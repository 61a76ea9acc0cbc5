"""Token ids of many texts in one tensor on the device, from which batches are put together there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

WIDTH_STEP = 8  # tokens: the width of a batch is a multiple of it, because processors are faster then
TEXTS_AT_ONCE = 2000


class TokenIds:
    def __init__(self, texts: Sequence[np.ndarray | list[int]], device: str) -> None:
        self.lengths = np.array([len(ids) for ids in texts])
        starts = self.lengths.cumsum() - self.lengths
        self.device = device
        self._ids = torch.from_numpy(np.concatenate(texts).astype(np.int32)).to(device)  # [tokens of all texts]
        self._starts = torch.from_numpy(starts).to(device)  # [texts]

    def at(self, places: Tensor, columns: Tensor) -> Tensor:
        """Ids [places, columns] of the texts at these places. What is beyond a text's end has no meaning."""
        return self._ids[(self._starts[places][:, None] + columns).clamp(0, len(self._ids) - 1)].long()


def tokenized(texts: list[str], tokenizer: Tokenizer, most: int, device: str) -> TokenIds:
    """The first tokens of each text, at most `most`, without special tokens."""
    rows = []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        encoded = tokenizer.encode_batch(texts[start : start + TEXTS_AT_ONCE], add_special_tokens=False)
        rows += [np.array(text.ids[:most], np.int32) for text in encoded]
    return TokenIds(rows, device)


@dataclass(frozen=True)
class Part:
    """A part of each sequence of a batch: the beginnings of some texts."""

    texts: TokenIds
    places: np.ndarray  # [sequences]
    lengths: np.ndarray  # [sequences], how many tokens are taken
    segment: int = 0


def special(ids: list[int], count: int, device: str, segment: int = 0) -> Part:
    """The same special tokens in each of some sequences."""
    return Part(TokenIds([ids], device), np.zeros(count, int), np.full(count, len(ids)), segment)


def sequences(parts: list[Part]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, segments and mask, each [sequences, tokens], of the parts one after another, with padding at the end."""
    device, longest = parts[0].texts.device, sum(part.lengths for part in parts).max()
    columns = torch.arange(-(-longest // WIDTH_STEP) * WIDTH_STEP, device=device)[None]
    start = torch.zeros((len(parts[0].places), 1), dtype=torch.long, device=device)
    ids, segments = (torch.zeros((len(start), columns.shape[1]), dtype=torch.long, device=device) for _ in range(2))
    for part in parts:
        places, lengths = (torch.from_numpy(values).to(device, torch.long) for values in (part.places, part.lengths))
        end = start + lengths[:, None]
        inside = (columns >= start) & (columns < end)
        ids = torch.where(inside, part.texts.at(places, columns - start), ids)
        segments = segments.masked_fill(inside, part.segment)
        start = end
    return ids, segments, columns < start


def whole_width(positions: int) -> int:
    """The widest batch for a model with so many positions."""
    return positions // WIDTH_STEP * WIDTH_STEP


def by_length(lengths: np.ndarray, tokens: int) -> Iterator[np.ndarray]:
    """Places in batches of texts of about the same length, the longest first, each batch with about this many tokens."""
    order = np.argsort(-lengths, kind="stable")
    first = 0
    while first < len(order):
        count = max(1, tokens // int(lengths[order[first]]))
        yield order[first : first + count]
        first += count
