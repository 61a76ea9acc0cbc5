"""Measures the inputs of each matrix on ordinary pairs. Quantisation must cover these ranges."""

import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from bundle.checkpoint import Checkpoint
from bundle.pairs import Template, template_of
from bundle.transformers_model import BertRows, CrossEncoder, cross_encoder_of

PAIRS = Path(__file__).parent / "data" / "calibration.jsonl"


def largest_inputs(checkpoint: Checkpoint, max_tokens: int) -> dict[str, np.ndarray]:
    """The largest input of each channel, [inputs], for each linear module of the transformers model, by the module's name."""
    model = BertRows(checkpoint.folder) if checkpoint.headless else cross_encoder_of(checkpoint.folder)
    tokenizer = checkpoint.tokenizer()
    return measured(model, tokenizer, template_of(tokenizer), max_tokens)


def measured(model: CrossEncoder | BertRows, tokenizer: Tokenizer, template: Template, max_tokens: int) -> dict[str, np.ndarray]:
    """The same for a model and its template."""
    largest: dict[str, torch.Tensor] = {}

    def record(name: str, inputs: torch.Tensor) -> None:
        largest_here = inputs.abs().flatten(0, -2).amax(0)
        largest[name] = torch.maximum(largest[name], largest_here) if name in largest else largest_here

    for path, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            name = path.partition(".")[2]  # without the name of the field in transformers_model.py
            module.register_forward_pre_hook(lambda _, inputs, name=name: record(name, inputs[0]))
    with torch.no_grad(), PAIRS.open(encoding="utf-8") as pairs:
        for line in pairs:
            pair = json.loads(line)
            encoded = template.encode(tokenizer, pair["query"], pair["document"], max_tokens)
            model(torch.tensor([encoded.ids]), None, torch.tensor([encoded.segments]))
    return {name: values.numpy() for name, values in largest.items()}
