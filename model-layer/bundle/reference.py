"""What a bundle is compared with: its checkpoint in transformers, or the ONNX export that it was made of."""

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import torch

from bundle import manifest
from bundle.errors import BundleError
from bundle.graph import ATTENTION_MASK, INPUT_IDS, TOKEN_TYPE_IDS
from bundle.onnx_session import one_thread_session
from bundle.transformers_model import cross_encoder_of


class Reference(ABC):
    name: str

    @abstractmethod
    def row(self, ids: list[int], segments: list[int]) -> np.ndarray:
        """The model's output for one pair, [classes]."""

    def logit(self, ids: list[int], segments: list[int]) -> float:
        """One logit; of two classes, the second is the relevant one."""
        row = self.row(ids, segments)
        return manifest.logit(manifest.head(len(row), relevant=1), row)


class TransformersReference(Reference):
    name = "transformers, fp32"

    def __init__(self, checkpoint: Path) -> None:
        self.model = cross_encoder_of(checkpoint)

    def row(self, ids: list[int], segments: list[int]) -> np.ndarray:
        with torch.no_grad():
            return self.model(torch.tensor([ids]), None, torch.tensor([segments]))[0].numpy()


class ExportReference(Reference):
    name = "the ONNX export"

    def __init__(self, file: Path) -> None:
        try:
            self.session = one_thread_session(file)
        except Exception as e:  # onnxruntime's own errors have no common type
            raise BundleError(f"{file} cannot be loaded by onnxruntime: {e}") from e
        self.inputs = [taken.name for taken in self.session.get_inputs()]
        unknown = set(self.inputs) - {INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS}
        if unknown:
            raise BundleError(f"{file} takes the input {sorted(unknown)[0]}; expected input_ids, attention_mask and token_type_ids")

    def row(self, ids: list[int], segments: list[int]) -> np.ndarray:
        values = {INPUT_IDS: ids, ATTENTION_MASK: [1] * len(ids), TOKEN_TYPE_IDS: segments}
        return np.asarray(self.session.run(None, {name: np.array([values[name]]) for name in self.inputs})[0])[0]
