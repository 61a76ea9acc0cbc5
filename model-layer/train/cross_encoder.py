"""The cross-encoder that is trained: a BERT encoder whose last layer is read in three ways.

Query and document go through one transformer together, [CLS] query [SEP] document [SEP], every token seeing every
other. The logit is a weighted sum of
  - the cosine of the mean query vector and the mean document vector,
  - the mean over the query's tokens of the best cosine with a token of the document, tokens weighted by a learned
    importance (late interaction as in ColBERT, Khattab and Zaharia 2020, arXiv:2004.12832, but after full attention),
  - a linear layer on [CLS], as in BertForSequenceClassification.
A backbone that was trained as a sentence encoder knows the first two from the start, so far fewer pairs teach it to
rank than a head on [CLS] alone needs.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F


ARCHITECTURE = "InteractionCrossEncoder"
HEAD = {"mix", "importance.weight", "importance.bias", "cls.weight", "cls.bias"}

# Ours -> a BertModel's; several stand one below the other.
EMBEDDINGS = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "segments": "embeddings.token_type_embeddings",
    "embedding_norm": "embeddings.LayerNorm",
}
LAYER = {
    "qkv": ["attention.self.query", "attention.self.key", "attention.self.value"],
    "out": ["attention.output.dense"],
    "attention_norm": ["attention.output.LayerNorm"],
    "up": ["intermediate.dense"],
    "down": ["output.dense"],
    "norm": ["output.LayerNorm"],
}


def bert_names(name: str) -> list[str]:
    """A BertModel's names of the tensors that stand one below the other in ours."""
    *path, part, kind = name.split(".")
    if not path:
        return [f"{EMBEDDINGS[part]}.{kind}"]
    return [f"encoder.layer.{path[-1]}.{old}.{kind}" for old in LAYER[part]]


@dataclass(frozen=True)
class Shape:
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    max_position_embeddings: int = 512
    layer_norm_eps: float = 1e-12


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        hidden, eps = shape.hidden_size, shape.layer_norm_eps
        self.heads = shape.num_attention_heads
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.out = nn.Linear(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, eps=eps)
        self.up = nn.Linear(hidden, shape.intermediate_size)
        self.down = nn.Linear(shape.intermediate_size, hidden)
        self.norm = nn.LayerNorm(hidden, eps=eps)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x [pairs, tokens, hidden]; bias [pairs, 1, 1, tokens], minus infinity on padding."""
        pairs, tokens, hidden = x.shape
        q, k, v = self.qkv(x).view(pairs, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        # Plain matrix products: the fused kernel's backward pass is several times slower on CPUs in bfloat16.
        weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + bias).softmax(-1)
        attended = (weights.to(v.dtype) @ v).transpose(1, 2).reshape(pairs, tokens, hidden)
        x = self.attention_norm(x + self.out(attended))
        return self.norm(x + self.down(F.gelu(self.up(x))))


class CrossEncoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.positions = nn.Embedding(shape.max_position_embeddings, shape.hidden_size)
        self.segments = nn.Embedding(2, shape.hidden_size)
        self.embedding_norm = nn.LayerNorm(shape.hidden_size, eps=shape.layer_norm_eps)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))
        self.importance = nn.Linear(shape.hidden_size, 1)
        self.cls = nn.Linear(shape.hidden_size, 1)
        self.mix = nn.Parameter(torch.tensor([4.0, 16.0, -12.0]))  # of mean cosine, best cosines, constant
        for zero in (self.importance.weight, self.importance.bias, self.cls.weight, self.cls.bias):
            nn.init.zeros_(zero)

    def encode(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """[pairs, tokens, hidden]"""
        bias = torch.zeros(mask.shape).masked_fill(~mask, -1e4)[:, None, None, :].bfloat16()
        x = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.segments(segments)
        x = self.embedding_norm(x)
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """Logits [pairs] of ids, segments (0: [CLS] query [SEP], 1: document [SEP]) and mask, each [pairs, tokens]."""
        return self.read(self.encode(ids, segments, mask).float(), segments, mask)

    def read(self, x: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """Logits [pairs] of the last layer x [pairs, tokens, hidden]."""
        in_query = (mask & (segments == 0)).float()
        in_document = (mask & (segments == 1)).float()
        means = F.cosine_similarity(pooled(x, in_query), pooled(x, in_document), dim=-1)
        unit = F.normalize(x, dim=-1)
        longest_query = int(in_query.sum(1).max())
        cosines = unit[:, :longest_query] @ unit.transpose(1, 2)
        best = cosines.masked_fill(in_document[:, None, :] == 0, -1).amax(-1)
        weights = self.importance(x[:, :longest_query]).squeeze(-1)
        weights = weights.masked_fill(in_query[:, :longest_query] == 0, -1e4).softmax(-1)
        late = (weights * best).sum(-1)
        return self.mix[0] * means + self.mix[1] * late + self.mix[2] + self.cls(x[:, 0]).squeeze(-1)

    def take_bert(self, bert: dict[str, Tensor]) -> None:
        """The encoder's weights from a BertModel's."""
        state = self.state_dict()
        for name in state.keys() - HEAD:
            state[name] = torch.cat([bert[part] for part in bert_names(name)])
        self.load_state_dict(state)

    def bert(self) -> dict[str, Tensor]:
        """The encoder's weights under a BertModel's names."""
        weights = {}
        for name, tensor in self.state_dict().items():
            if name not in HEAD:
                parts = bert_names(name)
                weights.update((part, t.contiguous()) for part, t in zip(parts, tensor.chunk(len(parts))))
        return weights

    def save(self, folder: Path) -> None:
        """As a checkpoint whose encoder transformers' BertModel reads, and whose head `bundle` knows."""
        folder.mkdir(parents=True, exist_ok=True)
        config = {"model_type": "bert", "architectures": [ARCHITECTURE], "hidden_act": "gelu", "type_vocab_size": 2}
        (folder / "config.json").write_text(json.dumps(config | asdict(self.shape), indent=2) + "\n")
        head = {f"interaction.{name}": tensor for name, tensor in self.state_dict().items() if name in HEAD}
        save_file({f"bert.{name}": t for name, t in self.bert().items()} | head, folder / "model.safetensors")


def pooled(x: Tensor, mask: Tensor) -> Tensor:
    """The mean of the masked tokens' vectors, [pairs, hidden]."""
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def shape_of(folder: Path) -> Shape:
    config = json.loads((folder / "config.json").read_text())
    return Shape(**{name: config[name] for name in Shape.__dataclass_fields__})


def load(folder: Path) -> CrossEncoder:
    """A checkpoint that was saved here."""
    model = CrossEncoder(shape_of(folder))
    weights = load_file(folder / "model.safetensors")
    model.take_bert({name.removeprefix("bert."): tensor for name, tensor in weights.items()})
    model.load_state_dict(
        {name.removeprefix("interaction."): t for name, t in weights.items() if name.startswith("interaction.")},
        strict=False,
    )
    return model


def from_sentence_encoder(folder: Path) -> CrossEncoder:
    """A BertModel's checkpoint. Both segments start as its first: sentence encoders were trained with no other."""
    model = CrossEncoder(shape_of(folder))
    weights = load_file(folder / "model.safetensors")
    model.take_bert({name.removeprefix("bert."): tensor.float() for name, tensor in weights.items()})
    with torch.no_grad():
        model.segments.weight[1] = model.segments.weight[0]
    return model
