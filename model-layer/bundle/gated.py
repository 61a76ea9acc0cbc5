"""A BertModel of transformers with the gates and the second [CLS] from bundle/interaction_model.py."""

from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import load_file
from torch import Tensor

PREFIX = "bert."


class GatedBert(torch.nn.Module):
    def __init__(self, checkpoint: Path) -> None:
        super().__init__()
        config = transformers.AutoConfig.from_pretrained(checkpoint, attn_implementation="eager")
        self.bert = transformers.BertModel(config, add_pooling_layer=False)
        weights = load_file(checkpoint / "model.safetensors")
        self.bert.load_state_dict({n.removeprefix(PREFIX): t.float() for n, t in weights.items() if n.startswith(PREFIX)})
        for layer, gate in zip(self.bert.encoder.layer, weights["interaction.gates"].tolist()):
            layer.register_forward_pre_hook(partial(_with_gate, gate), with_kwargs=True)

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """The last layer, [pairs, tokens, hidden]. The arguments are the values that `with_second_cls` returns."""
        across = (segments[:, :, None] != segments[:, None, :]).float()[:, None]
        padding = (1 - mask.float())[:, None, None, :] * torch.finfo(torch.float32).min
        positions = (torch.arange(ids.shape[1])[None] - segments * query_length(segments, mask)) * mask
        # BertModel passes additional arguments to its layers.
        return self.bert(
            input_ids=ids, token_type_ids=segments, position_ids=positions, across=across, padding=padding
        ).last_hidden_state


def _with_gate(gate: float, _: torch.nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A layer's inputs, with its gate in the attention mask."""
    mask = named.pop("padding") + named.pop("across") * gate
    return (inputs[0], mask, *inputs[2:]), named


def with_second_cls(ids: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """
    Turns [CLS] query [SEP] document [SEP] into [CLS] query [SEP] [CLS] document [SEP].

    Takes and returns ids, segments and mask: [pairs, tokens] become [pairs, tokens + 1]. Padding follows the document.
    """
    place = torch.arange(ids.shape[1] + 1)[None]
    query, whole = query_length(segments, mask), mask.sum(1, keepdim=True) + 1
    source = place - (place >= query).long()
    both = ids.gather(1, source.masked_fill(place == query, 0))
    return both, (place >= query).long(), place < whole


def query_length(segments: Tensor, mask: Tensor) -> Tensor:
    """The length of each query, [pairs, 1]."""
    return ((segments == 0) & mask.bool()).sum(1, keepdim=True)
