"""The sources that a bundle is compared with: its checkpoint in transformers, or the ONNX export that it was made from."""

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer

from bundle import manifest
from bundle.checkpoint import set_lowercase
from bundle.errors import BundleError, first_line
from bundle.graph import ATTENTION_MASK, INPUT_IDS, TOKEN_TYPE_IDS
from bundle.onnx_session import one_thread_session
from bundle.transformers_model import cross_encoder_of


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
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        except Exception as e:  # each tokenizer raises its own errors for missing files and packages or unknown classes
            raise BundleError(f"{folder} has no tokenizer that transformers can load: {first_line(e)}") from e
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
        try:
            self.session = one_thread_session(file)
        except Exception as e:  # onnxruntime's errors have no common type
            raise BundleError(f"{file} cannot be loaded by onnxruntime: {e}") from e
        self.inputs = [taken.name for taken in self.session.get_inputs()]
        unknown = set(self.inputs) - {INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS}
        if unknown:
            raise BundleError(f"{file} has the input {sorted(unknown)[0]}; expected only input_ids, attention_mask and token_type_ids")

    def row(self, ids: list[int], segments: list[int]) -> np.ndarray:
        values = {INPUT_IDS: ids, ATTENTION_MASK: [1] * len(ids), TOKEN_TYPE_IDS: segments}
        return np.asarray(self.session.run(None, {name: np.array([values[name]]) for name in self.inputs})[0])[0]
