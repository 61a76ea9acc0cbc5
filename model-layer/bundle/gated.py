"""transformers' BertModel with what `train` adds to an encoder: see bundle/interaction.py."""

from pathlib import Path

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
        self.across = self.padding = torch.zeros(0)
        for layer, gate in zip(self.bert.encoder.layer, weights["interaction.gates"].tolist()):
            layer.register_forward_pre_hook(lambda _, given, gate=gate: (given[0], self.padding + self.across * gate, *given[2:]))

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """The last layer [pairs, tokens, hidden] of what `with_second_cls` gives."""
        self.across = (segments[:, :, None] != segments[:, None, :]).float()[:, None]
        self.padding = (1 - mask.float())[:, None, None, :] * torch.finfo(torch.float32).min
        places = (torch.arange(ids.shape[1])[None] - segments * query_length(segments, mask)) * mask
        return self.bert(input_ids=ids, token_type_ids=segments, position_ids=places).last_hidden_state


def with_second_cls(ids: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """
    [CLS] query [SEP] [CLS] document [SEP] of [CLS] query [SEP] document [SEP], each side with its own length and padding
    behind it: ids, segments and mask, each [pairs, tokens + 1], of those, each [pairs, tokens].
    """
    place = torch.arange(ids.shape[1] + 1)[None]
    query, whole = query_length(segments, mask), mask.sum(1, keepdim=True) + 1
    source = place - (place >= query).long()
    both = ids.gather(1, source.masked_fill(place == query, 0))
    return both, (place >= query).long(), place < whole


def query_length(segments: Tensor, mask: Tensor) -> Tensor:
    """[pairs, 1]"""
    return ((segments == 0) & mask.bool()).sum(1, keepdim=True)
