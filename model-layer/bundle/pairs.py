"""Encodes query and document as one sequence. The manifest's `pair` describes it, and the Java code does the same."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from bundle.errors import BundleError

TRUE, FALSE = "▁true", "▁false"
"""monoT5's answers."""


@dataclass(frozen=True)
class EncodedPair:
    ids: list[int]
    segments: list[int]
    truncated: bool
    """Whether the document was cut."""


@dataclass(frozen=True)
class PairTemplate:
    """The token ids before the query, between query and document, and after the document, and the two segment ids."""

    kind: str
    before: list[int]
    between: list[int]
    after: list[int]
    segments: list[int]

    def manifest(self) -> dict[str, Any]:
        match self.kind:
            case "bert":
                return {"template": "bert", "cls": self.before[0], "sep": self.after[0], "segments": self.segments}
            case "roberta":
                return {"template": "roberta", "cls": self.before[0], "sep": self.after[0]}
            case "prompt":
                return {"template": "prompt", "before": self.before, "between": self.between, "after": self.after}
        raise ValueError(self.kind)

    def encode(self, tokenizer: Tokenizer, query: str, document: str, max_tokens: int) -> EncodedPair:
        """Encodes a pair. The query and its special tokens may take half of the window; the document gets the rest."""
        query_room = max_tokens // 2 - len(self.before) - len(self.between)
        query_ids = tokenizer.encode(query, add_special_tokens=False).ids[:query_room]
        document_ids = tokenizer.encode(document, add_special_tokens=False).ids
        first = [*self.before, *query_ids, *self.between]
        room = max_tokens - len(first) - len(self.after)
        second = [*document_ids[:room], *self.after]
        segments = [self.segments[0]] * len(first) + [self.segments[1]] * len(second)
        return EncodedPair(first + second, segments, len(document_ids) > room)


def bert(cls: int, sep: int, segments: list[int]) -> PairTemplate:
    """[CLS] query [SEP] document [SEP]"""
    return PairTemplate("bert", [cls], [sep], [sep], segments)


def roberta(cls: int, sep: int) -> PairTemplate:
    """<s> query </s></s> document </s>"""
    return PairTemplate("roberta", [cls], [sep, sep], [sep], [0, 0])


def prompt(before: list[int], between: list[int], after: list[int]) -> PairTemplate:
    return PairTemplate("prompt", before, between, after, [0, 0])


def monot5(tokenizer: Tokenizer) -> PairTemplate:
    """Query: query Document: document Relevant:</s>"""
    parts = (tokenizer.encode(text, add_special_tokens=False).ids for text in ("Query:", "Document:", "Relevant:"))
    before, between, after = parts
    return prompt(before, between, [*after, id_of(tokenizer, "</s>")])


def from_manifest(pair: dict[str, Any]) -> PairTemplate:
    match pair:
        case {"template": "bert", "cls": cls, "sep": sep, "segments": segments}:
            return bert(cls, sep, segments)
        case {"template": "roberta", "cls": cls, "sep": sep}:
            return roberta(cls, sep)
        case {"template": "prompt", "before": before, "between": between, "after": after}:
            return prompt(before, between, after)
    raise BundleError(f"reranker.json has the pair {pair}; expected template bert, roberta or prompt")


def template_of(tokenizer: Tokenizer) -> PairTemplate:
    """The template that the tokenizer itself uses for a pair."""
    encoded = tokenizer.encode("a", "b")
    bare = [tokenizer.encode(text, add_special_tokens=False).ids for text in ("a", "b")]
    cls, sep = encoded.ids[0], encoded.ids[-1]
    if encoded.ids == [cls, *bare[0], sep, *bare[1], sep]:
        return bert(cls, sep, [encoded.type_ids[0], encoded.type_ids[-1]])
    if encoded.ids == [cls, *bare[0], sep, sep, *bare[1], sep]:
        return roberta(cls, sep)
    raise BundleError(
        f"tokenizer.json encodes the pair ('a', 'b') as {encoded.tokens}; "
        "expected [CLS] a [SEP] b [SEP] or <s> a </s></s> b </s>"
    )


def tokenizer_of(file: Path) -> Tokenizer:
    """Loads a tokenizer.json without truncation and padding: the pair template truncates, and a pair needs no padding."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def id_of(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise BundleError(f"tokenizer.json has no token {token!r}; expected the tokenizer of this kind of model")
    return found
