"""The tensor names of each encoder family: BERT (and MiniLM), ELECTRA, RoBERTa, XLM-R, CamemBERT, DistilBERT."""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from typing import Any

from bundle import interaction_model
from bundle.activations import ACTIVATIONS, GELU, RELU, TANH
from bundle.errors import BundleError, NotKnownToBuilder
from bundle.head import Dense, Head, Pooling


MOST_CROSS_LAYERS = 48
"""More than any encoder has layers to take them from, so that a wrong number costs neither time nor memory."""


@dataclass(frozen=True)
class LayerNames:
    """The names of a layer's matrices and normalisations, without .weight and .bias."""

    query: str
    key: str
    value: str
    attention_output: str
    attention_norm: str
    feed_forward_in: str
    feed_forward_out: str
    feed_forward_norm: str


@dataclass(frozen=True)
class Interaction:
    """The head in bundle/interaction.py, which reads the rows of all tokens, and the cross layers before it."""

    cross: tuple[LayerNames, ...]
    pooler: str
    cross_from: int
    """The encoder layer, counted from 1, whose rows the cross layers read."""


@dataclass(frozen=True)
class Family:
    """An encoder's shape, from its checkpoint. Names are the checkpoint's tensor names."""

    hidden: int
    heads: int
    layers: int
    activation: str
    norm_epsilon: float
    embeddings: str
    projection: str | None
    """The matrix from the embeddings' width to the hidden width."""
    layer: Callable[[int], LayerNames]
    padding: int | None
    """The padding token, if it has its own position. This also holds within a text: it does not shift the next token's position."""
    first_position: int
    positions: int
    """The longest sequence."""
    segments: int
    """The number of segment embeddings; 0 for none."""
    head: Head | Interaction


def family_of(config: dict[str, Any], module_head: Head | None = None) -> Family:
    """module_head: the head, if it is in modules beside a model without one"""
    kind = config.get("model_type")
    if kind not in FAMILIES:
        raise NotKnownToBuilder(f"model type {kind!r} (known: {', '.join(sorted([*FAMILIES, 'deberta-v2', 'modernbert', 't5']))})")
    described = FAMILIES[kind](config)
    architecture = (config.get("architectures") or [""])[0]
    if interaction_model.describes(config):
        described = replace(described, head=_interaction(config, described.layers))
    elif module_head:
        described = _without_prefix(described, module_head)
    elif not architecture.endswith("ForSequenceClassification"):
        raise NotKnownToBuilder(f"architecture {architecture!r}, which is not a ...ForSequenceClassification")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise NotKnownToBuilder(f"position embeddings of type {config['position_embedding_type']!r}")
    if described.activation not in ACTIVATIONS:
        raise NotKnownToBuilder(f"activation {described.activation!r} (known: {', '.join(ACTIVATIONS)})")
    return described


def _interaction(config: dict[str, Any], encoder_layers: int) -> Interaction:
    prefix, count, read_from = interaction_model.CROSS.removesuffix("."), config.get("cross_layers", 0), config.get("cross_from", 0)
    for name, value, most in (("cross_layers", count, MOST_CROSS_LAYERS), ("cross_from", read_from, encoder_layers)):
        if not isinstance(value, int) or value > most:
            raise BundleError(f"config.json has the {name} {value}; expected a whole number, 0..{most}")
    return Interaction(tuple(map(_bert_layer(prefix), range(count))), f"{prefix}.pooler.dense", read_from)


def _without_prefix(family: Family, head: Head) -> Family:
    """The family in a checkpoint of a model without a head, whose names begin with what follows the model's name elsewhere."""

    def bare(name: str) -> str:
        return name.partition(".")[2]

    def names(i: int) -> LayerNames:
        return LayerNames(*map(bare, astuple(family.layer(i))))

    projection = family.projection and bare(family.projection)
    return replace(family, embeddings=bare(family.embeddings), projection=projection, layer=names, head=head)


def _bert_layer(prefix: str) -> Callable[[int], LayerNames]:
    def names(i: int) -> LayerNames:
        layer = f"{prefix}.encoder.layer.{i}"
        return LayerNames(
            query=f"{layer}.attention.self.query",
            key=f"{layer}.attention.self.key",
            value=f"{layer}.attention.self.value",
            attention_output=f"{layer}.attention.output.dense",
            attention_norm=f"{layer}.attention.output.LayerNorm",
            feed_forward_in=f"{layer}.intermediate.dense",
            feed_forward_out=f"{layer}.output.dense",
            feed_forward_norm=f"{layer}.output.LayerNorm",
        )

    return names


def _bert_like(
    config: dict[str, Any], prefix: str, head: Head, projection: str | None = None, padding: int | None = None
) -> Family:
    first_position = 0 if padding is None else padding + 1
    return Family(
        hidden=config["hidden_size"],
        heads=config["num_attention_heads"],
        layers=config["num_hidden_layers"],
        activation=config.get("hidden_act", GELU),
        norm_epsilon=config.get("layer_norm_eps", 1e-12),
        embeddings=f"{prefix}.embeddings",
        projection=projection,
        layer=_bert_layer(prefix),
        padding=padding,
        first_position=first_position,
        positions=config["max_position_embeddings"] - first_position,
        segments=config.get("type_vocab_size", 2),
        head=head,
    )


def _classifier(dense: str, activation: str, out: str) -> Head:
    """A head with a dense and a linear layer on the [CLS] row."""
    return Head(Pooling.CLS, (Dense(dense, activation),), out)


def _bert(config: dict[str, Any]) -> Family:
    return _bert_like(config, "bert", _classifier("bert.pooler.dense", TANH, "classifier"))


def _electra(config: dict[str, Any]) -> Family:
    projected = config.get("embedding_size", config["hidden_size"]) != config["hidden_size"]
    head = _classifier("classifier.dense", GELU, "classifier.out_proj")
    return _bert_like(config, "electra", head, "electra.embeddings_project" if projected else None)


def _roberta(config: dict[str, Any]) -> Family:
    head = _classifier("classifier.dense", TANH, "classifier.out_proj")
    return _bert_like(config, "roberta", head, padding=config.get("pad_token_id", 1))


def _distilbert(config: dict[str, Any]) -> Family:
    def names(i: int) -> LayerNames:
        layer = f"distilbert.transformer.layer.{i}"
        return LayerNames(
            query=f"{layer}.attention.q_lin",
            key=f"{layer}.attention.k_lin",
            value=f"{layer}.attention.v_lin",
            attention_output=f"{layer}.attention.out_lin",
            attention_norm=f"{layer}.sa_layer_norm",
            feed_forward_in=f"{layer}.ffn.lin1",
            feed_forward_out=f"{layer}.ffn.lin2",
            feed_forward_norm=f"{layer}.output_layer_norm",
        )

    return Family(
        hidden=config["dim"],
        heads=config["n_heads"],
        layers=config["n_layers"],
        activation=config.get("activation", GELU),
        norm_epsilon=1e-12,
        embeddings="distilbert.embeddings",
        projection=None,
        layer=names,
        padding=None,
        first_position=0,
        positions=config["max_position_embeddings"],
        segments=0,
        head=_classifier("pre_classifier", RELU, "classifier"),
    )


FAMILIES: dict[str, Callable[[dict[str, Any]], Family]] = {
    "bert": _bert,
    "camembert": _roberta,
    "distilbert": _distilbert,
    "electra": _electra,
    "roberta": _roberta,
    "xlm-roberta": _roberta,
}
