"""The sources that a bundle is compared with: its checkpoint in transformers, or the ONNX export that it was made from."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from bundle import manifest
from bundle.checkpoint import set_lowercase
from bundle.errors import BundleError, first_line
from bundle.graph import ATTENTION_MASK, INPUT_IDS, TOKEN_TYPE_IDS
from bundle.onnx_session import one_thread_session
from bundle.pairs import filled
from bundle.prompt import Prompt
from bundle.transformers_model import cross_encoder_of, rendered


class Reference(ABC):
    name: str
    folder: Path
    """The folder with the tokenizer."""

    @abstractmethod
    def row(self, ids: list[int], segments: list[int]) -> np.ndarray:
        """The model's output for one pair, [classes]."""

    def logit(self, ids: list[int], segments: list[int]) -> float:
        """The logit. If there are two classes, the second one is the relevant one."""
        row = self.row(ids, segments)
        return manifest.logit(manifest.head(len(row), relevant=1), row)


class ReferenceTokenizer:
    """Encodes pairs with transformers' AutoTokenizer and none of the bundle's code, so that differences become visible."""

    def __init__(self, folder: Path, template: str, max_tokens: int) -> None:
        self.tokenizer = auto_tokenizer(folder)
        if self.tokenizer.is_fast:
            set_lowercase(self.tokenizer.backend_tokenizer, folder)
        self.template = template
        self.max_tokens = max_tokens

    def encode(self, query: str, document: str) -> tuple[list[int], list[int]] | None:
        """Ids and segments; None if transformers has no rule: it does not cut a query at half of the window, and it cuts no prompt."""
        if self.template == "prompt":
            encoded = self.tokenizer(f"Query: {query} Document: {document} Relevant:", return_token_type_ids=True)
        elif len(self.tokenizer(query)["input_ids"]) > self.max_tokens // 2 - 1:
            return None
        else:
            encoded = self.tokenizer(
                query, document, truncation="only_second", max_length=self.max_tokens, return_token_type_ids=True
            )
        ids = encoded["input_ids"]
        return (ids, encoded["token_type_ids"]) if len(ids) <= self.max_tokens else None


class PromptedReferenceTokenizer:
    """
    Encodes pairs for a decoder as the example code of the model's authors does: with transformers' AutoTokenizer, on texts of
    their choice. A prompt of a file or of a chat template is one text.
    """

    def __init__(self, folder: Path, prompt: Prompt, named: str | None, max_tokens: int) -> None:
        """named: the prompt's name or file; None for that of the chat template"""
        self.tokenizer = auto_tokenizer(folder)
        self.prompt = prompt
        self.named = named
        self.max_tokens = max_tokens

    def encode(self, query: str, document: str) -> tuple[list[int], list[int]] | None:
        """Ids and segments; None for what the authors do not do: cut a query at half of the window, or cut their one text."""
        fill = partial(filled, instruction=self.prompt.instruction or "", query=query, document=document)
        if len(self._ids(fill(self.prompt.before + self.prompt.request))) > self.max_tokens // 2:
            return None
        before, within, after = (list(chain(*map(self._ids, texts))) for texts in self._texts(query, document, fill))
        ids = before + within[: self.max_tokens - len(before) - len(after)] + after
        return None if len(ids) > self.max_tokens else (ids, [0] * len(ids))

    def _texts(self, query: str, document: str, fill: Callable[[str], str]) -> tuple[list[str], list[str], list[str]]:
        """The texts that are tokenized each by itself: those before the one that is cut at its end, that one, and those after it."""
        prompt = self.prompt
        match self.named:
            case "qwen3-reranker":
                return [prompt.before], [fill(prompt.request + prompt.document)], [prompt.after]
            case "mxbai-rerank-v2":
                task = prompt.after.removeprefix("\n")
                return [prompt.before, f"query: {query}", "\n"], [f"document: {document}"], ["\n", task]
            case None:
                roles = {"system": prompt.instruction, "query": query, "document": document}
                return [], [], [rendered(self.tokenizer, {role: text for role, text in roles.items() if text is not None})]
            case _:
                return [], [], [fill(prompt.before + prompt.request + prompt.document + prompt.after)]

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]


def auto_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except Exception as e:  # each tokenizer raises its own errors for missing files and packages or unknown classes
        raise BundleError(f"{folder} has no tokenizer that transformers can load: {first_line(e)}") from e


class TransformersReference(Reference):
    name = "transformers, fp32"

    def __init__(self, checkpoint: Path, answers: list[int] | None = None) -> None:
        """answers: for a decoder that answers by its next token, the tokens of the classes"""
        self.folder = checkpoint
        self.model = cross_encoder_of(checkpoint, answers=answers)

    def row(self, ids: list[int], segments: list[int]) -> np.ndarray:
        with torch.no_grad():
            return self.model(torch.tensor([ids]), None, torch.tensor([segments]))[0].numpy()


class ExportReference(Reference):
    name = "the ONNX export"

    def __init__(self, file: Path, folder: Path) -> None:
        self.folder = folder
        self.session = one_thread_session(file)
        self.inputs = [taken.name for taken in self.session.get_inputs()]
        unknown = set(self.inputs) - {INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS}
        if unknown:
            raise BundleError(f"{file} has the input {sorted(unknown)[0]}; expected only input_ids, attention_mask and token_type_ids")

    def row(self, ids: list[int], segments: list[int]) -> np.ndarray:
        values = {INPUT_IDS: ids, ATTENTION_MASK: [1] * len(ids), TOKEN_TYPE_IDS: segments}
        return np.asarray(self.session.run(None, {name: np.array([values[name]]) for name in self.inputs})[0])[0]
