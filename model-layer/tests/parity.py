"""
Writes what the Java tests hold the default bundle against: transformers' logits in fp32, with its version.

    python -m tests.parity CHECKPOINT BUNDLE FILE

FILE has lines {"query", "document"}, after a first one with versions if it was written here; its logits are written anew.
"""

import hashlib
import json
import sys
from pathlib import Path

import tokenizers
import torch
import transformers

from bundle.checkpoint import Checkpoint
from bundle.reference import TransformersReference
from bundle.scorer import Scorer


def write(checkpoint: Path, bundle: Path, file: Path) -> None:
    scorer, reference = Scorer(bundle), TransformersReference(checkpoint)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    versions = {
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "tokenizers": tokenizers.__version__,
        "checkpoint_sha256": hashlib.sha256(Checkpoint(checkpoint).weight_files()[0].read_bytes()).hexdigest(),
    }
    with file.open("w", encoding="utf-8") as out:
        out.write(json.dumps({"reference": versions}) + "\n")
        for line in lines:
            if "query" not in line:
                continue
            pair = scorer.encode(line["query"], line["document"])
            written = {
                "query": line["query"],
                "document": line["document"],
                "tokens": len(pair.ids),
                "truncated": pair.truncated,
                "logit_fp32": round(reference.logit(pair.ids, pair.segments), 6),
            }
            out.write(json.dumps(written, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:]))
