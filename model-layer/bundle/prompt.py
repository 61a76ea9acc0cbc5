"""The prompts of decoders that judge a pair: those of published models, and those that a checkpoint or a file describes."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from tokenizers import Tokenizer

from bundle import modules
from bundle.checkpoint import Checkpoint
from bundle.counted import counted
from bundle.errors import BundleError
from bundle.json_files import json_of
from bundle.pairs import InstructTemplate, filled, ids_of
from bundle.transformers_model import NoChatText, chat_text, chat_tokenizer

INSTRUCTION, QUERY, DOCUMENT = "{instruction}", "{query}", "{document}"
MARKS = {role: f"here's\nthe \"{role}\"" for role in ("system", "query", "document")}
"""
What stands in a chat template's places when it is read, by the roles of the messages. A template that writes such a text in
another way, such as a list of parts as Python prints it, has no place for it.
"""
LEAST_QUERY = 16
"""How many tokens of a query a window must have room for."""


@dataclass(frozen=True)
class Prompt:
    """A prompt as texts. Request and document have places for {instruction}, {query} and {document}."""

    before: str
    request: str
    document: str
    after: str
    instruction: str | None = None
    """The instruction of a request that has none of its own."""
    answers: tuple[str, ...] = ("no", "yes")
    """The tokens whose logits are compared, the relevant one last; one token alone is the logit itself."""
    one_text: bool = True
    """Whether the model's authors tokenize request and document as one text, and not each by itself."""


PROMPTS = {
    # From the model card, https://huggingface.co/Qwen/Qwen3-Reranker-0.6B, the same as in github.com/QwenLM/Qwen3-Embedding
    "qwen3-reranker": Prompt(
        before='<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. '
        'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n',
        request="<Instruct>: {instruction}\n<Query>: {query}\n<Document>:",
        document=" {document}",
        after="<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
        instruction="Given a web search query, retrieve relevant passages that answer the query",
    ),
    # From mxbai_rerank/mxbai_rerank_v2.py in github.com/mixedbread-ai/mxbai-rerank, without an instruction
    "mxbai-rerank-v2": Prompt(
        before="<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
        request="query: {query}",
        document="\ndocument: {document}",
        after="\nYou are a search relevance expert who evaluates how well documents match search queries. For each query-document "
        "pair, carefully analyze the semantic relationship between them, then provide your binary relevance judgment (0 for not "
        "relevant, 1 for relevant).\nRelevance:<|im_end|>\n<|im_start|>assistant\n",
        answers=("0", "1"),
        one_text=False,
    ),
}
EXPECTED = f"{' or '.join(PROMPTS)}, or a JSON file with before, request, document and after"
EDGES = ("a", "7", " a", "  7", "a ", "a\n", "\n", "\r\n\r\n a", "\t", ".", "a?!", "'s", "(", "é", "\u0301", "中", "🗼", "<", "<|", "")
"""Texts for trying whether a token can span the edge between two of them."""
SPECIAL = re.compile(r"<\|[^|<>\s]+\|>")
MARK = re.compile(r"[^\w\s].*\w.*[^\w\s]", re.DOTALL)
"""A token such as <think> or [INST], and not a word or a run of spaces or signs, which any text may have."""


def prompt_of(checkpoint: Checkpoint, tokenizer: Tokenizer, asked: str | None) -> Prompt:
    """The prompt that the caller names or has in a file, or else the checkpoint's own."""
    if asked is not None:
        return PROMPTS[asked] if asked in PROMPTS else _of_file(asked)
    try:
        return _of_chat_template(checkpoint, tokenizer)
    except NoChatText as e:
        raise BundleError(f"{checkpoint.folder} does not say its prompt: {e}; expected --prompt with {EXPECTED}") from e


def name_of(template: InstructTemplate, tokenizer: Tokenizer) -> str | None:
    """The name of the published prompt with this template, if there is one."""
    known = (name for name, prompt in PROMPTS.items() if _template(prompt, tokenizer) == template)
    return next(known, None)


def answers_of(checkpoint: Checkpoint, prompt: Prompt, tokenizer: Tokenizer) -> list[int]:
    """The tokens whose logits are compared, the relevant one last."""
    stored = modules.logit_score(checkpoint, tokenizer.get_vocab_size())
    return [_id_of(tokenizer, token) for token in prompt.answers] if stored is None else stored


def _id_of(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise BundleError(
            f"tokenizer.json has no token {token!r}, which the prompt needs; expected answers and special tokens as the tokenizer writes them"
        )
    return found


def text_tokenizer(prompt: Prompt, tokenizer: Tokenizer) -> Tokenizer:
    """
    The tokenizer for requests and documents. It reads special tokens, and marks of the prompt that are added tokens, as plain
    text. So no query, document or instruction can leave its place in the prompt, and all other texts have the same tokens as
    before.
    """
    described = json.loads(tokenizer.to_str())
    around, kept = prompt.before + prompt.after, special_in_texts(prompt, tokenizer)
    plain = [
        token
        for token in described["added_tokens"]
        if (token["special"] or (token["content"] in around and MARK.fullmatch(token["content"]))) and token["content"] not in kept
    ]
    described["added_tokens"] = [token for token in described["added_tokens"] if token not in plain]
    vocabulary = described["model"]["vocab"]
    if isinstance(vocabulary, dict):  # or the remaining added tokens would get new ids
        described["model"]["vocab"] = vocabulary | tokenizer.get_vocab(with_added_tokens=True)
    made = Tokenizer.from_str(json.dumps(described))
    for token in plain:
        if any(token["id"] in ids_of(made, f"{first}{token['content']}{last}") for first in EDGES for last in EDGES):
            raise BundleError(
                f"tokenizer.json gives {token['content']!r} its id even as plain text, so a document could change the prompt; "
                "expected a tokenizer that makes special tokens only as added tokens"
            )
    return made


def special_in_texts(prompt: Prompt, tokenizer: Tokenizer) -> list[str]:
    """The special tokens and other marks that the prompt's request and document need as tokens, so that every text can have them."""
    within = prompt.request + prompt.document
    added = tokenizer.get_added_tokens_decoder().values()
    return [token.content for token in added if token.content in within and (token.special or MARK.fullmatch(token.content))]


def template_of(prompt: Prompt, tokenizer: Tokenizer, max_tokens: int) -> InstructTemplate:
    """The prompt for the manifest. Refuses one that would give other tokens than the whole text."""
    _require_places(prompt)
    for token in SPECIAL.findall(prompt.before + prompt.request + prompt.document + prompt.after):
        _id_of(tokenizer, token)
    template = _template(prompt, tokenizer)
    if prompt.one_text:
        _require_edges(prompt, tokenizer)
    room = template.room_of_query(tokenizer, max_tokens)
    if room < LEAST_QUERY:
        raise BundleError(
            f"--max-tokens is {max_tokens}, but the prompt leaves {counted(max(room, 0), 'token')} of its first half for the query; expected at "
            f"least {max_tokens + 2 * (LEAST_QUERY - room)}"
        )
    return template


def _template(prompt: Prompt, tokenizer: Tokenizer) -> InstructTemplate:
    before, after = ids_of(tokenizer, prompt.before), ids_of(tokenizer, prompt.after)
    return InstructTemplate(before, prompt.request, prompt.document, after, prompt.instruction)


def _require_places(prompt: Prompt) -> None:
    for name, text in (("before", prompt.before), ("after", prompt.after)):
        if not text:
            raise BundleError(f"the prompt's {name} is empty; expected the text that is the same for all requests and documents")
    for place, field in ((INSTRUCTION, "request"), (QUERY, "request"), (DOCUMENT, "document")):
        for other in ("before", "request", "document", "after"):
            if other != field and place in getattr(prompt, other):
                raise BundleError(f"the prompt's {other} has {place}, which would stay as it is; expected {place} in the {field} only")
    for name, text, place in (("request", prompt.request, QUERY), ("document", prompt.document, DOCUMENT)):
        if text.count(place) != 1:
            raise BundleError(f"the prompt's {name} is {text!r}; expected {place} in it once")
    if not prompt.document.endswith(DOCUMENT):
        raise BundleError(f"the prompt's document is {prompt.document!r}; expected {DOCUMENT} at its end, because a long document is cut there")
    if prompt.request.count(INSTRUCTION) != (prompt.instruction is not None):
        raise BundleError(f"the prompt's request is {prompt.request!r}; expected {INSTRUCTION} in it once, and an instruction, or neither")


def _require_edges(prompt: Prompt, tokenizer: Tokenizer) -> None:
    for first in EDGES:
        for last in EDGES:
            request = filled(prompt.request, instruction=last, query=first)
            parts = [prompt.before, request, filled(prompt.document, document=last), prompt.after]
            if ids_of(tokenizer, "".join(parts)) != [id for part in parts for id in ids_of(tokenizer, part)]:
                raise BundleError(
                    f"the prompt is cut within a token, for a query such as {first!r} and a document such as {last!r}; expected "
                    "before, request, document and after to begin where the tokenizer always begins a token"
                )


def _of_file(file: str) -> Prompt:
    if not _is_file(file):
        raise BundleError(f"--prompt is {file!r}; expected {EXPECTED}")
    given = json_of(Path(file))
    known = [field.name for field in fields(Prompt)]
    required = known[:4]
    if not isinstance(given, dict) or not set(required) <= given.keys() <= set(known):
        raise BundleError(f"{file} has other fields than a prompt; expected {', '.join(required)} and, if needed, {', '.join(known[4:])}")
    answers, one_text, instruction = given.get("answers", ["no", "yes"]), given.get("one_text", True), given.get("instruction")
    texts = [given[name] for name in required] + (answers if isinstance(answers, list) else [None])
    if not all(isinstance(text, str) for text in texts) or not isinstance(instruction, str | None) or not isinstance(one_text, bool):
        raise BundleError(f"{file} has a field of another type; expected texts, a list of texts as answers, and true or false as one_text")
    if len(answers) not in (1, 2):
        raise BundleError(f"{file} has {len(answers)} answers; expected two tokens, the relevant one last, or the relevant one alone")
    if len(set(answers)) < len(answers):
        raise BundleError(f"{file} has {answers[0]!r} as both answers; expected two tokens, the relevant one last")
    return Prompt(**given | {"answers": tuple(answers)})


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # the name is too long, such as that of a whole prompt
        return False


def _of_chat_template(checkpoint: Checkpoint, tokenizer: Tokenizer) -> Prompt:
    """The prompt of a chat template with the roles query and document. If it has one for the system, this is the instruction."""
    theirs = chat_tokenizer(checkpoint.folder)
    plain = chat_text(theirs, {role: mark for role, mark in MARKS.items() if role != "system"})
    try:
        instructed = chat_text(theirs, MARKS)
    except NoChatText:
        instructed = ""
    prompt = _parsed(checkpoint, tokenizer, plain, instructed)
    for place, text in (("before the query", prompt.before), ("after the document", prompt.after)):
        if not text:
            raise NoChatText(f"its chat template has no text of its own {place}")
    return prompt


def _parsed(checkpoint: Checkpoint, tokenizer: Tokenizer, plain: str, instructed: str) -> Prompt:
    """plain, instructed: the texts with MARKS, without and with an instruction"""
    system, query, document = MARKS.values()
    head, found, tail = instructed.partition(system)
    default = None
    if found and plain.startswith(head) and plain.removeprefix(head).endswith(tail) and query in tail:
        default = checkpoint.default_instruction() or plain.removeprefix(head).removesuffix(tail)
    beginning = head if default is not None else plain.partition(query)[0]
    rest = (INSTRUCTION + tail if default is not None else plain.removeprefix(beginning)).replace(query, QUERY)
    between, found, after = rest.partition(QUERY)[2].partition(document)
    if not found:
        raise BundleError(f"{checkpoint.folder} has a chat template with the document before the query; expected the query first, or --prompt")
    first, second = _edge(tokenizer, [""], beginning), _edge(tokenizer, EDGES, between)
    request = beginning[first:] + rest.partition(QUERY)[0] + QUERY + between[:second]
    return Prompt(beginning[:first], request, between[second:] + DOCUMENT, after, default)


def _edge(tokenizer: Tokenizer, befores: Iterable[str], text: str) -> int:
    """The last place in the text where the tokenizer always begins a token, whatever comes after the text; 0 if there is none."""

    def begins_token(place: int) -> bool:
        return all(
            ids_of(tokenizer, before + text + after) == ids_of(tokenizer, before + text[:place]) + ids_of(tokenizer, text[place:] + after)
            for before in befores
            for after in EDGES
        )

    return next((place for place in range(len(text), 0, -1) if begins_token(place)), 0)
