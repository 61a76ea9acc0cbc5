"""
Writes what the Java tests score: a small bundle of each family and head, with transformers' answers and its version.

    python -m tests.bundles ../src/test/resources/families
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers

from bundle.compile import Request, compile
from bundle.precision import Precision
from bundle.scorer import Scorer
from tests.checkpoints import FAMILIES, TEXTS
from bundle.reference import Reference


def write(out: Path) -> None:
    versions = {"transformers": transformers.__version__, "torch": torch.__version__}
    for name, make in FAMILIES.items():
        with tempfile.TemporaryDirectory() as scratch:
            checkpoint = make(Path(scratch) / name)
            compile(Request(checkpoint, out / name, Precision.FP32, name, "Apache-2.0", 1, 64, stock=False))
            scorer, reference = Scorer(out / name), Reference(checkpoint)
        with (out / name / "reference.jsonl").open("w", encoding="utf-8") as file:
            file.write(json.dumps({"reference": versions}) + "\n")
            for query, document in TEXTS:
                pair = scorer.encode(query, document)
                line = {
                    "query": query,
                    "document": document,
                    "tokens": len(pair.ids),
                    "truncated": pair.truncated,
                    "logit": round(reference.logit(pair.ids, pair.segments), 6),
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
