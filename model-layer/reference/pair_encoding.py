"""The pair layout of the serving code: [CLS] query [SEP] document [SEP], query capped at half of the window."""

from tokenizers import Tokenizer

CLS, SEP = "[CLS]", "[SEP]"
MAX_TOKENS = 512


def encode(tokenizer: Tokenizer, query: str, document: str) -> tuple[list[int], list[int], bool]:
    """Token ids, segment ids, and whether the document was cut."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    cls, sep = tokenizer.token_to_id(CLS), tokenizer.token_to_id(SEP)
    query_ids = tokenizer.encode(query, add_special_tokens=False).ids[: MAX_TOKENS // 2 - 2]
    document_ids = tokenizer.encode(document, add_special_tokens=False).ids
    room = MAX_TOKENS - 3 - len(query_ids)
    first = [cls, *query_ids, sep]
    second = [*document_ids[:room], sep]
    return first + second, [0] * len(first) + [1] * len(second), len(document_ids) > room
