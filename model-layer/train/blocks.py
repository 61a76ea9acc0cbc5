"""Stores arrays on disk: one numbered file for each block of queries. Runs add blocks but never change one.

A run writes a block completely or not at all. So an interrupted run continues with the first missing block and computes
nothing twice. `manifest.json` beside the blocks contains the recipe that made them. A run with another recipe is refused.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from bundle.json_files import object_of

MANIFEST = "manifest.json"


class Blocks:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def for_recipe(self, recipe: dict[str, Any]) -> "Blocks":
        """Makes the folder if it does not exist, and refuses one whose blocks have another recipe."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / MANIFEST
        if not file.exists():
            file.write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")
        known = self.recipe()
        if known != recipe:
            other = sorted(name for name in known | recipe if known.get(name) != recipe.get(name))
            raise SystemExit(f"{self.folder} was made with another {', '.join(other)}; expected a new folder, or the same recipe")
        return self

    def recipe(self) -> dict[str, Any]:
        return object_of(self.folder / MANIFEST)

    def numbers(self) -> list[int]:
        """The numbers of the blocks in the folder, in ascending order."""
        return sorted(int(file.stem) for file in self.folder.glob("[0-9]*.npz"))

    def read(self, number: int) -> dict[str, np.ndarray]:
        with np.load(self._file(number)) as arrays:
            return dict(arrays)

    def has(self, number: int) -> bool:
        return self._file(number).exists()

    def write(self, number: int, **arrays: np.ndarray) -> None:
        part = self.folder / f".{number:05d}.{os.getpid()}"
        with part.open("wb") as file:
            np.savez_compressed(file, **arrays)
        part.rename(self._file(number))

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:05d}.npz"
