"""A BertModel of transformers that encodes query and document apart, with the second [CLS] and the cross layers from interaction_model.py."""

from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor
from torch.nn import functional as F
from transformers.models.bert.modeling_bert import BertEncoder, BertPooler

from bundle.interaction_model import BERT, CROSS, NEVER, weights_of


class CrossLayers(torch.nn.Module):
    """
    Layers and pooler of a BertModel. In the layers, the query's rows attend to themselves and to the document's rows, which
    stay as they are.
    """

    def __init__(self, config: transformers.BertConfig, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.encoder, self.pooler = BertEncoder(config), BertPooler(config)
        self.load_state_dict(weights)

    def forward(self, rows: Tensor, in_query: Tensor, padding: Tensor) -> Tensor:
        """The pooled rows of [CLS], [pairs, hidden]. in_query: 1 for the query's tokens, else 0, [pairs, tokens, 1]"""
        query, document = rows * in_query, rows * (1 - in_query)
        for layer in self.encoder.layer:
            own = layer.attention.self
            parts = (part(query + document) for part in (own.query, own.key, own.value))
            q, k, v = (part.unflatten(-1, (own.num_attention_heads, -1)).transpose(1, 2) for part in parts)
            attended = F.scaled_dot_product_attention(q, k, v, attn_mask=padding).transpose(1, 2).flatten(2)
            middle = layer.attention.output(attended, query)
            query = layer.output(layer.intermediate(middle), middle) * in_query
        return self.pooler(query)


class BertApart(torch.nn.Module):
    def __init__(self, checkpoint: Path) -> None:
        super().__init__()
        config = transformers.AutoConfig.from_pretrained(checkpoint, attn_implementation="eager")
        self.bert = transformers.BertModel(config, add_pooling_layer=False)
        weights = weights_of(checkpoint)
        self.bert.load_state_dict(_after(BERT, weights))
        for layer in self.bert.encoder.layer:
            layer.register_forward_pre_hook(_apart, with_kwargs=True)
        self.cross, self.cross_from = None, getattr(config, "cross_from", 0)
        if getattr(config, "cross_layers", 0):
            of_cross = transformers.BertConfig(**config.to_dict() | {"num_hidden_layers": config.cross_layers}, attn_implementation="eager")
            self.cross = CrossLayers(of_cross, _after(CROSS, weights))

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """
        The last layer [pairs, tokens, hidden], and the rows of [CLS] after the cross layers or else of the last layer,
        [pairs, hidden]. The arguments are the values that `with_second_cls` returns.
        """
        across = (segments[:, :, None] != segments[:, None, :]).float()[:, None]
        padding = (1 - mask.float())[:, None, None, :] * torch.finfo(torch.float32).min
        positions = (torch.arange(ids.shape[1])[None] - segments * query_length(segments, mask)) * mask
        # BertModel passes additional arguments to its layers.
        layers = self.bert(
            input_ids=ids, token_type_ids=segments, position_ids=positions, apart=padding + across * NEVER, output_hidden_states=True
        ).hidden_states
        if self.cross is None:
            return layers[-1], layers[-1][:, 0]
        return layers[-1], self.cross(layers[self.cross_from], (segments == 0)[..., None].float(), padding)


def _after(prefix: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with the prefix, by the rest of their names."""
    return {name.removeprefix(prefix): tensor.float() for name, tensor in weights.items() if name.startswith(prefix)}


def _apart(_: torch.nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A layer's inputs, with an attention mask that keeps query and document apart."""
    return (inputs[0], named.pop("apart"), *inputs[2:]), named


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
