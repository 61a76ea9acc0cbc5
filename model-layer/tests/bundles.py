"""
Writes what the Java tests score: a small bundle of each family and head, some also in parts, with transformers'
answers and its version.

    python -m tests.bundles ../src/test/resources/families
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
import transformers

from bundle import manifest
from bundle.card import README
from bundle.compile import Request, compile
from bundle.precision import Precision
from bundle.reference import TransformersReference
from bundle.scorer import Scorer
from bundle.split import cut_into_parts
from tests.checkpoints import DECODER_TEXTS, DECODERS, FAMILIES, LONG_TEXTS, TEXTS, answers_of

IN_PARTS = {"bert": 0.04, "monot5": 0.02, "mpnet-stock": 0.06, "qwen3": 0.1}
"""Megabytes of a part, for the bundles that are written once more, in parts. All but mpnet-stock have embeddings in a file, too."""
LONG_DECODER = "qwen3-long"
WINDOW, LONG_WINDOWS = 64, {"deberta-long": 1024, "ettin-long": 1024, LONG_DECODER: 1024}
"""Tokens, of most bundles and of the others."""
DECODER_WINDOW = 256
INSTRUCTION = "Given a claim, find sentences that refute it"
"""What some pairs of a decoder have in place of the bundle's own instruction."""


def write(out: Path) -> None:
    for name, make in FAMILIES.items():
        window = LONG_WINDOWS.get(name, WINDOW)
        write_family(out / name, make, window, None, TEXTS + (LONG_TEXTS if name in LONG_WINDOWS else []))
    for name, (make, prompt) in DECODERS.items():
        write_family(out / name, make, DECODER_WINDOW, prompt, DECODER_TEXTS)
    make, prompt = DECODERS["qwen3"]
    write_family(out / LONG_DECODER, make, LONG_WINDOWS[LONG_DECODER], prompt, LONG_TEXTS)
    for name, part_mb in IN_PARTS.items():
        write_in_parts(out / name, out / f"{name}-in-parts", part_mb)


def write_family(out: Path, make: Callable[[Path], Path], window: int, prompt: str | None, texts: list[tuple[str, str]]) -> None:
    versions = {"transformers": transformers.__version__, "torch": torch.__version__}
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint = make(Path(scratch) / out.name)
        compile(Request(checkpoint, out, Precision.FP32, out.name, "Apache-2.0", 1, window, stock=False, prompt=prompt))
        (out / README).unlink()  # the Java tests read no card
        scorer, reference = Scorer(out), TransformersReference(checkpoint, answers_of(checkpoint, prompt))
    templates = {None: scorer.template}
    if getattr(scorer.template, "instruction", None) is not None:
        templates[INSTRUCTION] = replace(scorer.template, instruction=INSTRUCTION)
    with (out / "reference.jsonl").open("w", encoding="utf-8") as file:
        file.write(json.dumps({"reference": versions}) + "\n")
        for instruction, template in templates.items():
            for query, document in texts:
                pair = template.encode(scorer.tokenizer, query, document, window)
                line = {
                    "query": query,
                    "document": document,
                    "tokens": len(pair.ids),
                    "truncated": pair.truncated,
                    "logit": round(reference.logit(pair.ids, pair.segments), 6),
                }
                line |= {} if instruction is None else {"instruction": instruction}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def write_in_parts(whole: Path, out: Path, part_mb: float) -> None:
    """The same bundle once more, its graph cut."""
    shutil.copytree(whole, out, dirs_exist_ok=True)
    files = cut_into_parts(out, part_mb).manifest()
    manifest.write(out, manifest.read(out) | {"files": manifest.file_specs(out, manifest.graph_files(files))} | files)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
