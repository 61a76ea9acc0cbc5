"""The cross-encoder that `train` trains: a BERT encoder for each side, and layers that read across.

A pair is [CLS] query [SEP] [CLS] document [SEP]. The encoder encodes both sides apart, each with its own [CLS] and positions, like
the sentence encoder that it starts as. (The second [CLS] matters: without it, that encoder's mean vectors rank much worse.)
The logit is a sum of
  - the cosine of the mean query vector and the mean document vector,
  - the mean over the query's tokens of the best cosine with a token of the document, tokens weighted by a learned
    importance (late interaction as in ColBERT, Khattab and Zaharia 2020, arXiv:2004.12832),
  - the share of the query's words that the document contains: BM25's sum (Robertson and Zaragoza 2009,
    doi:10.1561/1500000019) over tokens' stems, divided by the highest possible sum,
  - a linear layer on [CLS], as in BertForSequenceClassification,
each with a learned weight. So before the first training step, the model ranks as well as a bi-encoder and BM25 together.

A model may have cross layers, too. In each of them, the query's tokens attend to themselves and to the document's
tokens, whose vectors stay those of an encoder layer below the last one (interaction blocks of MORES, Gao, Dai and Callan
2020, arXiv:2004.13313). [CLS] is then taken from the last cross layer and goes through a pooler, as in BERT. As a query is
short, this costs much less than layers for all tokens.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from bundle import bm25
from bundle.checkpoint import Checkpoint, config_of

ARCHITECTURE = "InteractionCrossEncoder"  # in config.json
HEAD_NAMES = {"mix", "idf", "stems", "importance.weight", "importance.bias", "cls.weight", "cls.bias"}

BERT, CROSS = "bert.", "cross."
"""What the names of the encoder's and of the cross layers' tensors begin with in a checkpoint; CROSS also in our own names."""
POOLER = "pooler."
OF_CROSS = (CROSS, POOLER)

SPECIAL_IDS = (0, 100, 101, 102, 103)  # [PAD], [UNK], [CLS], [SEP], [MASK] in BERT's uncased vocabulary
NEVER = -1e4  # added to attention's logits where a token must not attend

# The names of our parts -> a BertModel's; the tensors of several parts are concatenated.
SINGLE = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "segments": "embeddings.token_type_embeddings",
    "embedding_norm": "embeddings.LayerNorm",
    "pooler": "pooler.dense",
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
    """The names in a BertModel of the tensors that are concatenated in our tensor."""
    *path, part, kind = name.split(".")
    if not path:
        return [f"{SINGLE[part]}.{kind}"]
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
    hidden_act: str = "gelu"
    cross_layers: int = 0
    cross_from: int = 0
    """The encoder layer, counted from 1, whose rows the cross layers read."""


ACTIVATIONS = {"gelu": F.gelu, "relu": F.relu}


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
        self.activation = ACTIVATIONS[shape.hidden_act]

    def forward(self, x: Tensor, bias: Tensor, context: Tensor | None = None) -> Tensor:
        """
        x [pairs, tokens, hidden]; context [pairs, more tokens, hidden]: rows that x attends to in addition to itself;
        bias [pairs, 1, tokens or 1, tokens attended to] is added to the attention's logits.
        """
        pairs, tokens, hidden = x.shape
        q, k, v = self.qkv(x).chunk(3, -1)
        if context is not None:
            keys, values = F.linear(context, self.qkv.weight[hidden:], self.qkv.bias[hidden:]).chunk(2, -1)
            k, v = torch.cat([k, keys], dim=1), torch.cat([v, values], dim=1)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (q, k, v))
        bias = bias.to(q.dtype)
        if torch.is_grad_enabled() and x.device.type == "cpu":
            # Plain matrix products: the fused kernel's backward pass is several times slower on CPUs in bfloat16.
            weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + bias).softmax(-1)
            heads = weights.to(v.dtype) @ v
        else:
            heads = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.expand(pairs, 1, tokens, k.shape[2]))
        attended = heads.transpose(1, 2).reshape(pairs, tokens, hidden)
        x = self.attention_norm(x + self.out(attended))
        return self.norm(x + self.down(self.activation(self.up(x))))


class InteractionCrossEncoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.positions = nn.Embedding(shape.max_position_embeddings, shape.hidden_size)
        self.segments = nn.Embedding(2, shape.hidden_size)
        self.embedding_norm = nn.LayerNorm(shape.hidden_size, eps=shape.layer_norm_eps)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))
        self.cross = nn.ModuleList(Layer(shape) for _ in range(shape.cross_layers))
        if shape.cross_layers:
            self.pooler = nn.Linear(shape.hidden_size, shape.hidden_size)
        self.importance = nn.Linear(shape.hidden_size, 1)
        self.cls = nn.Linear(shape.hidden_size, 1)
        self.mix = nn.Parameter(torch.tensor([10.0, 3.0, 3.0, -8.0]))  # of mean cosine, best cosines, words, constant
        self.idf = nn.Parameter(torch.zeros(shape.vocab_size), requires_grad=False)
        self.register_buffer("stems", torch.arange(shape.vocab_size))  # the first word with the same stem
        for zero in (self.importance.weight, self.importance.bias, self.cls.weight, self.cls.bias):
            nn.init.zeros_(zero)

    def encode(self, ids: Tensor, segments: Tensor, mask: Tensor) -> list[Tensor]:
        """The rows after the embeddings and after each layer, each [pairs, tokens, hidden]."""
        padding = padding_of(mask)
        across = (segments[:, :, None] != segments[:, None, :]).float()[:, None]
        x = self.words(ids) + self.positions(positions_of(segments, mask)) + self.segments(segments)
        return self._rows(x, padding + across * NEVER)

    def encode_apart(self, ids: Tensor, mask: Tensor, segment: int) -> "Side":
        """
        Encodes queries (segment 0) or documents (segment 1) without the other side. ids and mask are [texts, tokens], and each
        text is [CLS] text [SEP].
        """
        x = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.segments.weight[segment]
        rows = self._rows(x, padding_of(mask))
        return Side(ids, mask, segment, rows[-1], rows[self.shape.cross_from])

    def _rows(self, x: Tensor, bias: Tensor) -> list[Tensor]:
        rows = [self.embedding_norm(x)]
        for layer in self.layers:
            rows.append(layer(rows[-1], bias))
        return rows

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """
        The model in its simplest form, which tests compare with: logits [pairs] of ids, segments (0: [CLS] query [SEP], 1: [CLS]
        document [SEP]) and mask, each [pairs, tokens].
        """
        rows = self.encode(ids, segments, mask)
        query, document = sides_of(ids, segments, mask, rows[-1], rows[self.shape.cross_from])
        return self.readings(query, document) + self.of_cls(query, document)

    def read(self, rows: Tensor, first: Tensor, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """Logits [pairs] of the last layer's rows [pairs, tokens, hidden] and the row of [CLS], [pairs, hidden]."""
        return self.readings(*sides_of(ids, segments, mask, rows, rows)) + self.cls(first).squeeze(-1)

    def of_cls(self, query: "Side", document: "Side") -> Tensor:
        """The part of the logits [pairs] that comes from [CLS], after the cross layers if there are any."""
        first = self._crossed(query, document) if self.cross else query.rows[:, 0]
        return self.cls(first).squeeze(-1).float()

    def _crossed(self, query: "Side", document: "Side") -> Tensor:
        """[CLS] after cross layers and pooler, [pairs, hidden]."""
        padding, x = padding_of(torch.cat([query.mask, document.mask], dim=1)), query.lower
        for layer in self.cross:
            x = layer(x, padding, document.lower)
        return torch.tanh(self.pooler(x[:, 0]))

    def readings(self, query: "Side", document: "Side") -> Tensor:
        """The part of the logits [pairs] that does not come from [CLS]."""
        features = torch.stack(self.features(query, document), dim=-1)
        return (features * self.mix[:-1]).sum(-1) + self.mix[-1]

    def features(self, query: "Side", document: "Side") -> tuple[Tensor, Tensor, Tensor]:
        """Mean cosine, best cosines and shared words, each [pairs]."""
        q, d = query.rows.float(), document.rows.float()
        means = F.cosine_similarity(mean_vectors(q, query.mask.float()), mean_vectors(d, document.mask.float()), dim=-1)
        cosines = F.normalize(q, dim=-1) @ F.normalize(d, dim=-1).transpose(1, 2)
        best = cosines.float().masked_fill(~document.mask[:, None, :], -1).amax(-1)
        weights = self.importance(q).squeeze(-1).float().masked_fill(~query.mask, NEVER).softmax(-1)
        return means, (weights * best).sum(-1), self.words_shared(query, document)

    def words_shared(self, query: "Side", document: "Side") -> Tensor:
        """The share of the query's words that the document contains, weighted as in BM25, 0..1, [pairs]."""
        of_query, of_document = self.stems[query.ids], self.stems[document.ids]
        counts = ((of_query[:, :, None] == of_document[:, None, :]) & document.mask[:, None, :]).sum(-1)  # of each stem in the document
        slow = bm25.K1 * (1 - bm25.B + bm25.B / bm25.MEAN_TOKENS * document.mask.sum(1, keepdim=True))
        idf = self.idf[query.ids] * query.mask
        return (idf * counts / (counts + slow)).sum(-1) / idf.sum(-1).clamp(min=bm25.MIN_IDF_SUM)

    def set_words(self, stems: Tensor, idf: Tensor) -> None:
        """Sets each word's stem and idf. Special tokens such as [CLS] get no weight."""
        self.stems.copy_(stems)
        self.idf.copy_(idf)
        self.idf[list(SPECIAL_IDS)] = 0

    def load_bert(self, bert: dict[str, Tensor]) -> None:
        """Sets the encoder's weights from a BertModel's weights."""
        self._load({name: bert_names(name) for name in self.state_dict().keys() - HEAD_NAMES if not name.startswith(OF_CROSS)}, bert)

    def load_cross(self, bert: dict[str, Tensor], layers: list[int]) -> None:
        """Sets the cross layers' weights from these layers of a BertModel, and the pooler from its pooler."""
        names = {name: bert_names(name) for name in self.state_dict() if name.startswith(POOLER)}
        for name in self.state_dict():
            if name.startswith(CROSS):
                _, i, part = name.split(".", 2)
                names[name] = bert_names(f"layers.{layers[int(i)]}.{part}")
        self._load(names, bert)

    def _load(self, names: dict[str, list[str]], bert: dict[str, Tensor]) -> None:
        self.load_state_dict({name: torch.cat([bert[part] for part in parts]) for name, parts in names.items()}, strict=False)

    def bert_weights(self) -> dict[str, Tensor]:
        """The encoder's weights by their names in a BertModel, and the cross layers' with CROSS before them."""
        weights = {}
        for name, tensor in self.state_dict().items():
            if name not in HEAD_NAMES:
                parts, prefix = bert_names(name), CROSS if name.startswith(OF_CROSS) else BERT
                weights.update((prefix + part, t.contiguous()) for part, t in zip(parts, tensor.chunk(len(parts))))
        return weights

    def save(self, folder: Path) -> None:
        """Writes a checkpoint. Its encoder can be read by transformers' BertModel."""
        folder.mkdir(parents=True, exist_ok=True)
        config = {"model_type": "bert", "architectures": [ARCHITECTURE], "type_vocab_size": 2}
        (folder / "config.json").write_text(json.dumps(config | asdict(self.shape), indent=2) + "\n")
        save_file(self.stored(), folder / "model.safetensors")

    def stored(self) -> dict[str, Tensor]:
        """All tensors by their names in a checkpoint."""
        return self.bert_weights() | {f"interaction.{name}": tensor for name, tensor in self.state_dict().items() if name in HEAD_NAMES}


@dataclass(frozen=True)
class Side:
    """The queries or the documents of some pairs, encoded."""

    ids: Tensor  # [texts, tokens]
    mask: Tensor  # [texts, tokens]
    segment: int  # 0 for queries, 1 for documents
    rows: Tensor  # [texts, tokens, hidden], of the last layer
    lower: Tensor  # [texts, tokens, hidden], of the layer that the cross layers read

    def at(self, places: Tensor) -> "Side":
        """The texts at these places, each as often as it is named."""
        ids, mask, rows, lower = (values.index_select(0, places) for values in (self.ids, self.mask, self.rows, self.lower))
        return Side(ids, mask, self.segment, rows, lower)


def sides_of(ids: Tensor, segments: Tensor, mask: Tensor, rows: Tensor, lower: Tensor) -> tuple[Side, Side]:
    """The queries and the documents of pairs that were encoded together."""
    query, document = mask & (segments == 0), mask & (segments == 1)
    longest = query.sum(1).max()  # not an int, which an exporter would treat as a constant
    queries = Side(ids[:, :longest], query[:, :longest], 0, rows[:, :longest], lower[:, :longest])
    return queries, Side(ids, document, 1, rows, lower)


def padding_of(mask: Tensor) -> Tensor:
    """What is added to attention's logits [texts, 1, 1, tokens] so that nothing attends to padding."""
    return torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, NEVER)[:, None, None, :]


def positions_of(segments: Tensor, mask: Tensor) -> Tensor:
    """Positions [pairs, tokens], which begin at 0 in [CLS] query [SEP] and again in [CLS] document [SEP]."""
    query_tokens = (mask & (segments == 0)).sum(1, keepdim=True)
    return torch.arange(segments.shape[1], device=segments.device) - segments * query_tokens


def mean_vectors(x: Tensor, mask: Tensor) -> Tensor:
    """The mean of the masked tokens' vectors, [pairs, hidden]."""
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def describes(config: dict[str, Any]) -> bool:
    """Whether a checkpoint's configuration has this architecture."""
    return ARCHITECTURE in (config.get("architectures") or [])


def tensor_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the tensors that a checkpoint must have by its configuration."""
    with torch.device("meta"):
        return {name: tuple(tensor.shape) for name, tensor in InteractionCrossEncoder(shape_of(folder)).stored().items()}


def shape_of(folder: Path) -> Shape:
    config = config_of(folder)
    return Shape(**{name: config[name] for name in Shape.__dataclass_fields__ if name in config})


def weights_of(folder: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint, which may have several files."""
    return {name: tensor for file in Checkpoint(folder).weight_files() for name, tensor in load_file(file).items()}


def load_checkpoint(folder: Path) -> InteractionCrossEncoder:
    """Reads a checkpoint that `save` wrote."""
    model = InteractionCrossEncoder(shape_of(folder))
    weights = weights_of(folder)
    model.load_bert({name.removeprefix(BERT): tensor for name, tensor in weights.items()})
    model.load_cross({name.removeprefix(CROSS): tensor for name, tensor in weights.items()}, list(range(model.shape.cross_layers)))
    model.load_state_dict(
        {name.removeprefix("interaction."): t for name, t in weights.items() if name.startswith("interaction.")},
        strict=False,
    )
    return model
