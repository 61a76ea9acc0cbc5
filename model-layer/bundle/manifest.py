"""Reads and writes reranker.json, which describes a bundle for the function."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bundle.errors import BundleError
from bundle.json_files import object_of

MANIFEST, MODEL, TOKENIZER, EMBEDDINGS = "reranker.json", "model.onnx", "tokenizer.json", "embeddings.bin"
FORMAT = 1
MOST_BYTES = 2**31 - 1
"""The largest file of a bundle that the function reads."""
REQUIRED = "head", "inputs", "max_tokens", "output", "pair"
"""The fields that scoring needs."""


def read(bundle: Path) -> dict[str, Any]:
    if not (bundle / MANIFEST).is_file():
        raise BundleError(f"{bundle} has no {MANIFEST}; expected the folder of a bundle that compile wrote")
    manifest = object_of(bundle / MANIFEST)
    missing = [name for name in REQUIRED if name not in manifest]
    if missing:
        raise BundleError(f"{bundle / MANIFEST} has no field {missing[0]}; expected a manifest that compile wrote")
    return manifest


def write(bundle: Path, manifest: dict[str, Any]) -> None:
    (bundle / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def parts(manifest: dict[str, Any]) -> list[str]:
    """The names of the graph's files, in their order."""
    return manifest.get("parts", [MODEL])


def graph_files(manifest: dict[str, Any]) -> list[str]:
    """The names of the files with the graph and its weights."""
    return parts(manifest) + ([manifest["embeddings"]] if "embeddings" in manifest else [])


def graph_sha256(manifest: dict[str, Any]) -> str:
    """Identifies the graph with its weights: the checksum of its only file, or a checksum of the checksums of its files."""
    sums = [manifest["files"][name]["sha256"] for name in graph_files(manifest)]
    return sums[0] if len(sums) == 1 else hashlib.sha256(" ".join(sums).encode()).hexdigest()


def file_specs(bundle: Path, graph_files: list[str]) -> dict[str, dict[str, Any]]:
    return {name: file_spec(bundle / name) for name in (*graph_files, TOKENIZER)}


def file_spec(path: Path) -> dict[str, Any]:
    require_size(path.name, path.stat().st_size)
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def require_size(name: str, size: int) -> None:
    """Refuses a file that is too large for the function."""
    if size > MOST_BYTES:
        raise BundleError(f"{name} has {size} bytes; expected at most {MOST_BYTES}: compile with --precision int8-7bit or int8-weights")


def head(classes: int, relevant: int) -> dict[str, Any]:
    """The head of a model with this many output values per pair."""
    if classes == 1:
        return {"type": "single-logit"}
    if classes != 2:
        raise BundleError(f"the checkpoint has {classes} classes; expected one logit or two classes")
    return {"type": "two-class", "relevant": relevant, "other": 1 - relevant}


def logit(head: dict[str, Any], row: Sequence[float]) -> float:
    """The logit from a row of the model's output, [classes]."""
    if head["type"] == "single-logit":
        return float(row[0])
    return float(row[head["relevant"]] - row[head["other"]])
