"""How query and document become one sequence: what the manifest's `pair` says, and the Java code does."""

from dataclasses import dataclass
from typing import Any

from tokenizers import Tokenizer

from bundle.errors import BundleError


@dataclass(frozen=True)
class EncodedPair:
    ids: list[int]
    segments: list[int]
    truncated: bool
    """Whether the document was cut."""


@dataclass(frozen=True)
class PairTemplate:
    """Cls, query, separators, document, sep; the query with its special tokens takes half of the window at most."""

    cls: int
    sep: int
    separators: int
    segments: tuple[int, int]

    def manifest(self) -> dict[str, Any]:
        if self.separators == 2:
            return {"template": "roberta", "cls": self.cls, "sep": self.sep}
        return {"template": "bert", "cls": self.cls, "sep": self.sep, "segments": list(self.segments)}

    def encode(self, tokenizer: Tokenizer, query: str, document: str, max_tokens: int) -> EncodedPair:
        special = 1 + self.separators + 1
        query_ids = tokenizer.encode(query, add_special_tokens=False).ids[: max_tokens // 2 - (special - 1)]
        document_ids = tokenizer.encode(document, add_special_tokens=False).ids
        room = max_tokens - special - len(query_ids)
        first = [self.cls, *query_ids, *[self.sep] * self.separators]
        second = [*document_ids[:room], self.sep]
        segments = [self.segments[0]] * len(first) + [self.segments[1]] * len(second)
        return EncodedPair(first + second, segments, len(document_ids) > room)


def from_manifest(pair: dict[str, Any]) -> PairTemplate:
    separators = 2 if pair["template"] == "roberta" else 1
    return PairTemplate(pair["cls"], pair["sep"], separators, tuple(pair.get("segments", (0, 0))))


def template_of(tokenizer: Tokenizer) -> PairTemplate:
    """What the tokenizer itself makes of a pair."""
    encoded = tokenizer.encode("a", "b")
    bare = [tokenizer.encode(text, add_special_tokens=False).ids for text in ("a", "b")]
    for separators in (1, 2):
        cls, sep = encoded.ids[0], encoded.ids[-1]
        if encoded.ids == [cls, *bare[0], *[sep] * separators, *bare[1], sep]:
            return PairTemplate(cls, sep, separators, (encoded.type_ids[0], encoded.type_ids[-1]))
    raise BundleError(
        f"tokenizer.json makes {encoded.tokens} of the pair ('a', 'b'); "
        "expected [CLS] a [SEP] b [SEP] or <s> a </s></s> b </s>"
    )
