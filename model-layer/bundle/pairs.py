"""Encodes query and document as one sequence. The manifest's `pair` describes it, and the Java code does the same."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from bundle.errors import BundleError, first_line

TRUE, FALSE = "▁true", "▁false"
"""monoT5's answers."""


@dataclass(frozen=True)
class EncodedPair:
    ids: list[int]
    segments: list[int]
    truncated: bool
    """Whether the document was cut."""
    shared: tuple[int, ...] = ()
    """The places where the beginnings end that a decoder shares: with all pairs, and with all pairs of a request."""


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
        query_ids = ids_of(tokenizer, query)[:query_room]
        document_ids = ids_of(tokenizer, document)
        first = [*self.before, *query_ids, *self.between]
        room = max_tokens - len(first) - len(self.after)
        second = [*document_ids[:room], *self.after]
        segments = [self.segments[0]] * len(first) + [self.segments[1]] * len(second)
        return EncodedPair(first + second, segments, len(document_ids) > room)


@dataclass(frozen=True)
class InstructTemplate:
    """
    A decoder's prompt: token ids before the request and after the document. Request and document are texts with places for
    {instruction}, {query} and {document}, tokenized when they are filled, because a token may span the edge of a place.
    """

    before: list[int]
    request: str
    document: str
    after: list[int]
    instruction: str | None
    """The bundle's own instruction, if the request has a place for one."""

    def manifest(self) -> dict[str, Any]:
        fields = {"template": "instruct", "before": self.before, "request": self.request, "document": self.document, "after": self.after}
        return fields if self.instruction is None else fields | {"instruction": self.instruction}

    def encode(self, tokenizer: Tokenizer, query: str, document: str, max_tokens: int) -> EncodedPair:
        """
        Encodes a pair. The prompt's beginning and the request may take half of the window; the document gets the rest. What
        is cut is the end of the query and the end of the document, never the prompt around them.
        """
        request_ids = self._request(tokenizer, query, max_tokens // 2 - len(self.before))
        document_ids = ids_of(tokenizer, filled(self.document, document=document))
        first = [*self.before, *request_ids]
        room = max_tokens - len(first) - len(self.after)
        ids = [*first, *document_ids[:room], *self.after]
        return EncodedPair(ids, [0] * len(ids), len(document_ids) > room, (len(self.before), len(first)))

    def room_of_query(self, tokenizer: Tokenizer, max_tokens: int) -> int:
        """How many tokens of a query the window has room for, beside the prompt and the bundle's own instruction."""
        request = filled(self.request, instruction=self.instruction or "", query="")
        return max_tokens // 2 - len(self.before) - len(ids_of(tokenizer, request))

    def _request(self, tokenizer: Tokenizer, query: str, most: int) -> list[int]:
        """The request's tokens. If they are too many, those before the text that follows the query are left out."""
        values = {"instruction": self.instruction or "", "query": query}
        ids = ids_of(tokenizer, filled(self.request, **values))
        if len(ids) <= most:
            return ids
        following = ids_of(tokenizer, filled(self.request.partition("{query}")[2], **values))
        return [*ids[: most - len(following)], *following]


Template = PairTemplate | InstructTemplate


def filled(text: str, **values: str) -> str:
    """The text with its places filled, such as {query}. A value may contain braces of its own."""
    return re.sub(r"\{(\w+)\}", lambda place: values.get(place[1], place[0]), text)


def ids_of(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


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
    before, between, after = (ids_of(tokenizer, text) for text in ("Query:", "Document:", "Relevant:"))
    return prompt(before, between, [*after, id_of(tokenizer, "</s>")])


def from_manifest(pair: dict[str, Any]) -> Template:
    match pair:
        case {"template": "bert", "cls": cls, "sep": sep, "segments": segments}:
            return bert(cls, sep, segments)
        case {"template": "roberta", "cls": cls, "sep": sep}:
            return roberta(cls, sep)
        case {"template": "prompt", "before": before, "between": between, "after": after}:
            return prompt(before, between, after)
        case {"template": "instruct", "before": before, "request": request, "document": document, "after": after}:
            return InstructTemplate(before, request, document, after, pair.get("instruction"))
    raise BundleError(f"reranker.json has the pair {pair}; expected template bert, roberta, prompt or instruct")


def template_of(tokenizer: Tokenizer) -> PairTemplate:
    """The template that the tokenizer itself uses for a pair."""
    encoded = tokenizer.encode("a", "b")
    bare = [ids_of(tokenizer, text) for text in ("a", "b")]
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
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as e:  # tokenizers raises nothing more precise
        raise BundleError(f"{file} is not a tokenizer that Hugging Face's tokenizers can load: {first_line(e)}") from e
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def id_of(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise BundleError(f"tokenizer.json has no token {token!r}; expected the tokenizer of this kind of model")
    return found
