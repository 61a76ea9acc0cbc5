"""
Writes what the Java tests score: a small bundle of each family and head, some also in parts, with transformers'
answers and its version.

    python -m tests.bundles ../src/test/resources/families
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
import transformers

from bundle import manifest
from bundle.compile import Request, compile
from bundle.precision import Precision
from bundle.reference import TransformersReference
from bundle.scorer import Scorer
from bundle.split import cut_into_parts
from tests.checkpoints import FAMILIES, LONG_TEXTS, TEXTS

IN_PARTS = {"bert": 0.04, "monot5": 0.02, "mpnet-stock": 0.05}
"""Megabytes of a part, for the bundles that are written once more, in parts."""
WINDOW, LONG_WINDOWS = 64, {"deberta-long": 1024, "ettin-long": 1024}
"""Tokens, of most bundles and of the others."""


def write(out: Path) -> None:
    versions = {"transformers": transformers.__version__, "torch": torch.__version__}
    for name, make in FAMILIES.items():
        with tempfile.TemporaryDirectory() as scratch:
            checkpoint = make(Path(scratch) / name)
            window = LONG_WINDOWS.get(name, WINDOW)
            compile(Request(checkpoint, out / name, Precision.FP32, name, "Apache-2.0", 1, window, stock=False))
            scorer, reference = Scorer(out / name), TransformersReference(checkpoint)
        with (out / name / "reference.jsonl").open("w", encoding="utf-8") as file:
            file.write(json.dumps({"reference": versions}) + "\n")
            for query, document in TEXTS + (LONG_TEXTS if name in LONG_WINDOWS else []):
                pair = scorer.encode(query, document)
                line = {
                    "query": query,
                    "document": document,
                    "tokens": len(pair.ids),
                    "truncated": pair.truncated,
                    "logit": round(reference.logit(pair.ids, pair.segments), 6),
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    for name, part_mb in IN_PARTS.items():
        write_in_parts(out / name, out / f"{name}-in-parts", part_mb)


def write_in_parts(whole: Path, out: Path, part_mb: float) -> None:
    """The same bundle once more, its graph cut."""
    shutil.copytree(whole, out, dirs_exist_ok=True)
    parts = cut_into_parts(out, part_mb)
    manifest.write(out, manifest.read(out) | {"files": manifest.file_specs(out, parts), "parts": parts})


if __name__ == "__main__":
    write(Path(sys.argv[1]))
