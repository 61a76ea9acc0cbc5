"""A checkpoint folder as Hugging Face's libraries write it: config.json, safetensors, tokenizer.json."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from tokenizers import Tokenizer

from bundle.errors import BundleError
from bundle.pairs import tokenizer_of

CONFIG, WEIGHTS, INDEX, TOKENIZER = "config.json", "model.safetensors", "model.safetensors.index.json", "tokenizer.json"
FETCHED = "fetched.json"


def config_of(folder: Path) -> dict[str, Any]:
    if not (folder / CONFIG).is_file():
        raise BundleError(f"{folder} has no {CONFIG}; expected a checkpoint folder")
    return json.loads((folder / CONFIG).read_text(encoding="utf-8"))


class Checkpoint:
    """Reads one tensor at a time, so that a model larger than memory can be compiled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = config_of(folder)
        self._files = {}  # tensor name -> open safetensors file
        for file in self.weight_files():
            opened = safe_open(file, framework="pt")
            self._files.update(dict.fromkeys(opened.keys(), opened))

    def weight_files(self) -> list[Path]:
        if (self.folder / WEIGHTS).is_file():
            return [self.folder / WEIGHTS]
        if (self.folder / INDEX).is_file():
            index = json.loads((self.folder / INDEX).read_text(encoding="utf-8"))
            return [self.folder / name for name in sorted(set(index["weight_map"].values()))]
        raise BundleError(f"{self.folder} has no {WEIGHTS}; expected weights as safetensors")

    def has(self, name: str) -> bool:
        return name in self._files

    def tensor(self, name: str) -> np.ndarray:
        """The tensor in fp32; the file may store it in another type."""
        if name not in self._files:
            raise BundleError(f"{self.folder} has no tensor {name}, which {CONFIG} promises")
        return self._files[name].get_tensor(name).to(torch.float32).numpy()

    def tokenizer(self) -> Tokenizer:
        """The fast tokenizer, without truncation or padding."""
        if (self.folder / TOKENIZER).is_file():
            return tokenizer_of(self.folder / TOKENIZER)
        tokenizer = self._converted_tokenizer()
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _converted_tokenizer(self) -> Tokenizer:
        from transformers import AutoTokenizer

        try:
            return AutoTokenizer.from_pretrained(self.folder).backend_tokenizer
        except (AttributeError, OSError, ValueError) as e:
            raise BundleError(f"{self.folder} has no {TOKENIZER}, and none can be made from its other files: {e}") from e

    def fetched(self) -> dict[str, Any]:
        """What `fetch` recorded about the source; empty for a checkpoint of your own."""
        file = self.folder / FETCHED
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    def weights_sha256(self) -> str:
        digest = hashlib.sha256()
        for file in self.weight_files():
            with file.open("rb") as content:
                while chunk := content.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()

    def licence(self) -> str | None:
        """The licence in the model card's front matter."""
        card = self.folder / "README.md"
        if not card.is_file():
            return None
        front = re.match(r"---\n(.*?)\n---", card.read_text(encoding="utf-8"), re.DOTALL)
        found = front and re.search(r"^license:\s*([\w.+-]+)\s*$", front[1], re.MULTILINE)
        return found[1] if found else None
