"""What goes into each matrix on ordinary pairs: the ranges that quantisation must cover."""

import json
from pathlib import Path

import numpy as np
import torch
import transformers

from bundle import interaction
from bundle.checkpoint import Checkpoint
from bundle.gated import GatedBert, with_second_cls
from bundle.pairs import template_of

PAIRS = Path(__file__).parent / "data" / "calibration.jsonl"


class Watched(torch.nn.Module):
    """transformers' model of a checkpoint; only its encoder matters here."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__()
        self.gated = interaction.ARCHITECTURE in checkpoint.config.get("architectures", [])
        self.segments = checkpoint.config.get("type_vocab_size", 0) > 1
        if self.gated:
            self.model = GatedBert(checkpoint.folder)
        else:
            self.model = transformers.AutoModelForSequenceClassification.from_pretrained(checkpoint.folder, dtype=torch.float32)

    def forward(self, ids: torch.Tensor, segments: torch.Tensor) -> None:
        if self.gated:
            self.model(*with_second_cls(ids, segments, torch.ones_like(ids)))
        else:
            self.model(input_ids=ids, **({"token_type_ids": segments} if self.segments else {}))


def largest_inputs(checkpoint: Checkpoint, max_tokens: int) -> dict[str, np.ndarray]:
    """For each linear module of transformers' model, by name, the largest input of each channel: [inputs]."""
    model = Watched(checkpoint).eval()
    largest: dict[str, torch.Tensor] = {}

    def watch(name: str, inputs: torch.Tensor) -> None:
        now = inputs.abs().flatten(0, -2).amax(0)
        largest[name] = torch.maximum(largest[name], now) if name in largest else now

    for name, module in model.model.named_modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_pre_hook(lambda _, inputs, name=name: watch(name, inputs[0]))
    tokenizer = checkpoint.tokenizer()
    template = template_of(tokenizer)
    with torch.no_grad(), PAIRS.open(encoding="utf-8") as pairs:
        for line in pairs:
            pair = json.loads(line)
            encoded = template.encode(tokenizer, pair["query"], pair["document"], max_tokens)
            model(*(torch.tensor([part]) for part in (encoded.ids, encoded.segments)))
    return {name: values.numpy() for name, values in largest.items()}
