"""A checkpoint folder becomes a bundle."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import onnx

from bundle import manifest
from bundle.checkpoint import Checkpoint
from bundle.encoder import INPUT_IDS, LOGITS, TOKEN_TYPE_IDS, Encoder
from bundle.errors import BundleError
from bundle.families import family
from bundle.golden import golden
from bundle.pairs import template_of
from bundle.precision import Precision

MOST_TOKENS = 512
"""Longer windows must be asked for: attention's memory grows with their square."""


@dataclass(frozen=True)
class Request:
    checkpoint: Path
    out: Path
    precision: Precision
    id: str | None
    license: str | None
    relevant: int
    max_tokens: int | None


def compile(request: Request) -> None:
    checkpoint = Checkpoint(request.checkpoint)
    license = request.license or checkpoint.licence()
    if license is None:
        raise BundleError(f"{request.checkpoint} has no model card that names a licence; expected --license SPDX-ID")
    described = family(checkpoint.config)
    max_tokens = window(request.max_tokens, described.positions)

    request.out.mkdir(parents=True, exist_ok=True)
    model = Encoder(checkpoint, described, request.precision, max_tokens).build()
    inputs = {input.name for input in model.graph.input}
    classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    if classes > 2:
        raise BundleError(f"{request.checkpoint} has {classes} classes; expected one logit or two classes")
    onnx.save(model, request.out / manifest.MODEL)
    del model
    tokenizer = checkpoint.tokenizer()
    tokenizer.save(str(request.out / manifest.TOKENIZER), pretty=False)

    fetched = checkpoint.fetched()
    fields = {
        "format": manifest.FORMAT,
        "id": request.id or fetched.get("id") or request.checkpoint.resolve().name,
        "revision": fetched.get("revision") or checkpoint.weights_sha256()[:12],
        "license": license,
        "architecture": checkpoint.config["model_type"],
        "files": manifest.file_specs(request.out),
        "inputs": {name: name if name in inputs else None for name in (INPUT_IDS, TOKEN_TYPE_IDS, "attention_mask")},
        "output": LOGITS,
        "pair": template_of(tokenizer).manifest(),
        "max_tokens": max_tokens,
        "head": manifest.head(classes, request.relevant),
        "activation": "sigmoid",
    }
    manifest.write(request.out, fields | {"golden": []})
    manifest.write(request.out, fields | {"golden": golden(request.out, request.precision)})


def window(asked: int | None, positions: int) -> int:
    if asked is None:
        return min(positions, MOST_TOKENS)
    if not 16 <= asked <= positions:
        raise BundleError(f"--max-tokens is {asked}; expected 16..{positions}, the positions that the model has")
    return asked
