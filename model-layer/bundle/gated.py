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
        self.across = torch.zeros(0)
        for layer, gate in zip(self.bert.encoder.layer, weights["interaction.gates"].tolist()):
            layer.register_forward_pre_hook(lambda _, given, gate=gate: (given[0], self.across * gate, *given[2:]))

    def forward(self, ids: Tensor, segments: Tensor) -> Tensor:
        """The last layer [1, tokens, hidden] of ids and segments, each [1, tokens], as `with_second_cls` gives them."""
        self.across = (segments[:, :, None] != segments[:, None, :]).float()[:, None]
        places = torch.arange(ids.shape[1])[None] - segments * (segments == 0).sum()
        return self.bert(input_ids=ids, token_type_ids=segments, position_ids=places).last_hidden_state


def with_second_cls(ids: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
    """[CLS] query [SEP] [CLS] document [SEP] of [CLS] query [SEP] document [SEP], each [1, tokens]."""
    query = int((segments == 0).sum())
    both = torch.cat([ids[:, :query], ids[:, :1], ids[:, query:]], dim=1)
    return both, torch.cat([segments, torch.ones_like(segments[:, :1])], dim=1)
