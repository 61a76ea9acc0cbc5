"""What goes into each matrix on ordinary pairs: the ranges that quantisation must cover."""

import json
from pathlib import Path

import numpy as np
import torch

from bundle.checkpoint import Checkpoint
from bundle.pairs import template_of
from bundle.transformers_model import cross_encoder_of

PAIRS = Path(__file__).parent / "data" / "calibration.jsonl"


def largest_inputs(checkpoint: Checkpoint, max_tokens: int) -> dict[str, np.ndarray]:
    """For each linear module of transformers' model, by name, the largest input of each channel: [inputs]."""
    model = cross_encoder_of(checkpoint.folder)
    largest: dict[str, torch.Tensor] = {}

    def watch(name: str, inputs: torch.Tensor) -> None:
        now = inputs.abs().flatten(0, -2).amax(0)
        largest[name] = torch.maximum(largest[name], now) if name in largest else now

    for path, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            name = path.partition(".")[2]  # the checkpoint's name; what stands before it is ours
            module.register_forward_pre_hook(lambda _, inputs, name=name: watch(name, inputs[0]))
    tokenizer = checkpoint.tokenizer()
    template = template_of(tokenizer)
    with torch.no_grad(), PAIRS.open(encoding="utf-8") as pairs:
        for line in pairs:
            pair = json.loads(line)
            encoded = template.encode(tokenizer, pair["query"], pair["document"], max_tokens)
            model(torch.tensor([encoded.ids]), None, torch.tensor([encoded.segments]))
    return {name: values.numpy() for name, values in largest.items()}
