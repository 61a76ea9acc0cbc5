"""The student: a plain BERT cross-encoder with one logit, which `bundle compile` accepts unchanged.

It has the parameters of transformers' BertForSequenceClassification, but its own forward pass, which is faster in training:
attention as plain matrix products (the fused kernel's backward pass is several times slower on CPUs in bfloat16), no
dropout, and a last layer for [CLS] only, because the head reads no other token.
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from bundle.checkpoint import CONFIG, TOKENIZER, WEIGHTS, Checkpoint
from bundle.counted import counted
from bundle.pairs import EncodedPair
from bundle.transformers_model import SequenceClassifier

WIDTH_STEP = 32  # tokens; there are few widths, because oneDNN compiles its kernels for each shape
ROWS = {"cpu": 32, "cuda": 256}
TOKENIZER_FILES = (TOKENIZER, "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


class CrossEncoder(nn.Module):
    def __init__(self, folder: Path, layers: list[int] | None = None) -> None:
        """Loads the checkpoint in a folder. layers: the layers to use, from 0; None for all"""
        super().__init__()
        model = SequenceClassifier(folder).model
        if model.config.model_type != "bert" or model.config.num_labels != 1:
            classes = counted(model.config.num_labels, "class")
            raise SystemExit(f"{folder} has the model type {model.config.model_type} and {classes}; expected bert with one logit")
        self.bert, self.classifier, self.config = model.bert, model.classifier, model.config
        if layers is not None:
            count = len(self.bert.encoder.layer)
            if not layers or max(layers) >= count or min(layers) < 0:
                raise SystemExit(f"{folder} does not have the layers {layers}; expected some of 0 to {count - 1}")
            self.bert.encoder.layer = nn.ModuleList(self.bert.encoder.layer[i] for i in layers)
            self.config.num_hidden_layers = len(layers)
        self.heads = self.config.num_attention_heads

    def forward(self, ids: Tensor, mask: Tensor, segments: Tensor) -> Tensor:
        """Logits [pairs] of ids, mask and segments, each [pairs, tokens]."""
        padding = torch.zeros(mask.shape, dtype=torch.bfloat16, device=mask.device).masked_fill(mask == 0, -1e4)[:, None, None, :]
        x = self.bert.embeddings(input_ids=ids, token_type_ids=segments)
        *lower, last = self.bert.encoder.layer
        for layer in lower:
            x = self._layer(layer, x, x, padding)
        cls = self._layer(last, x[:, :1], x, padding)[:, 0]
        return self.classifier(torch.tanh(self.bert.pooler.dense(cls))).squeeze(-1)

    def _layer(self, layer: nn.Module, x: Tensor, context: Tensor, padding: Tensor) -> Tensor:
        """The layer's result for the tokens x [pairs, some, hidden], which attend to context [pairs, tokens, hidden]."""
        own, out = layer.attention.self, layer.attention.output
        q, k, v = self._heads(own.query(x)), self._heads(own.key(context)), self._heads(own.value(context))
        weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + padding).softmax(-1)
        attended = (weights.to(v.dtype) @ v).transpose(1, 2).flatten(2)
        x = out.LayerNorm(x + out.dense(attended))
        return layer.output.LayerNorm(x + layer.output.dense(layer.intermediate.intermediate_act_fn(layer.intermediate.dense(x))))

    def _heads(self, x: Tensor) -> Tensor:
        """Reshapes [pairs, tokens, hidden] into [pairs, heads, tokens, width]."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def logits(self, pairs: list[EncodedPair], device: str) -> Tensor:
        """
        The logits [pairs], with the precision of bfloat16. Pairs of about the same length go through the model together, with a
        fixed number of rows, so that there is little padding and there are few shapes.
        """
        by_length = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
        parts = [by_length[start : start + ROWS[device]] for start in range(0, len(by_length), ROWS[device])]
        with torch.autocast(device, dtype=torch.bfloat16):
            found = [self(*self._padded([pairs[i] for i in part], device)).float() for part in parts]
        return torch.cat(found)[torch.tensor(by_length, device=device).argsort()]

    def _padded(self, pairs: list[EncodedPair], device: str) -> list[Tensor]:
        """Ids, mask and segments, each [pairs, tokens]."""
        longest = max(len(pair.ids) for pair in pairs)
        tokens = min(-(-longest // WIDTH_STEP) * WIDTH_STEP, self.config.max_position_embeddings)
        made = torch.zeros((3, len(pairs), tokens), dtype=torch.long)
        for row, pair in enumerate(pairs):
            made[0, row, : len(pair.ids)] = torch.tensor(pair.ids)
            made[1, row, : len(pair.ids)] = 1
            made[2, row, : len(pair.ids)] = torch.tensor(pair.segments)
        return list(made.to(device))

    def save(self, folder: Path, start: Path) -> None:
        """Writes a checkpoint folder, with the tokenizer of the checkpoint that training started from. Replaces the weights as a whole."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in TOKENIZER_FILES:
            if (start / name).is_file():
                shutil.copyfile(start / name, folder / name)
        if not (folder / TOKENIZER).is_file():
            Checkpoint(start).tokenizer().save(str(folder / TOKENIZER))
        self.config.architectures = ["BertForSequenceClassification"]
        (folder / CONFIG).write_text(self.config.to_json_string(use_diff=False), encoding="utf-8")
        part = folder / f".{WEIGHTS}"
        save_file({name: value.detach().cpu().contiguous() for name, value in self.state_dict().items()}, part, metadata={"format": "pt"})
        part.rename(folder / WEIGHTS)
