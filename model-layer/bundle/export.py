"""Turns a stock ONNX export of a BERT-family cross-encoder into a checkpoint: config.json, safetensors, tokenizer.json."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from bundle import manifest
from bundle.checkpoint import CONFIG, FETCHED, INDEX, TOKENIZER, WEIGHTS
from bundle.counted import counted
from bundle.errors import BundleError
from bundle.golden import PAIRS
from bundle.json_files import object_of
from bundle.onnx_weights import WEIGHT, OnnxWeights
from bundle.reference import ExportReference, TransformersReference
from bundle.transformers_model import parameter_shapes

CLASS_NAMES = {"distilbert": "DistilBert", "roberta": "Roberta", "electra": "Electra", "bert": "Bert",
           "camembert": "Camembert", "xlm-roberta": "XLMRoberta"}  # fmt: skip
"""The beginnings of a family's class names in transformers."""
PREFIXES = {"distilbert": "distilbert", "roberta": "roberta", "electra": "electra", "bert": "bert",
            "camembert": "roberta", "xlm-roberta": "roberta"}  # fmt: skip
"""The beginnings of a family's parameter names."""
COPIED_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt",
          "README.md", FETCHED)  # fmt: skip

EXACT_TOLERANCE = 0.01
"""The largest allowed difference between the logits of an fp32 export and of transformers."""
ROUNDED_TOLERANCE = 0.2
"""For an fp16 or quantised export, which also rounds activations: the mean difference as a share of the logits' range."""


@dataclass(frozen=True)
class Export:
    file: Path
    folder: Path
    """The folder with the tokenizer and the configuration."""


def export_of(path: Path) -> Export | None:
    """The export at this path, if it is an ONNX file, or a folder with one and without safetensors; else None."""
    if path.suffix == ".onnx":
        if not path.is_file():
            raise BundleError(f"{path} does not exist; expected an ONNX file")
        beside = path.parent
        return Export(path, beside.parent if beside.name == "onnx" and not (beside / TOKENIZER).is_file() else beside)
    if (path / WEIGHTS).is_file() or (path / INDEX).is_file():
        return None
    files = sorted([*path.glob("*.onnx"), *path.glob("onnx/*.onnx")])
    if len(files) > 1:
        raise BundleError(f"{path} has {len(files)} ONNX files; pass one of them: {', '.join(str(file) for file in files)}")
    return Export(files[0], path) if files else None


def restore(export: Export, out: Path) -> None:
    """Writes the checkpoint, and checks that it gives the same logits as the export."""
    if not (export.folder / TOKENIZER).is_file():
        raise BundleError(f"{export.folder} has no {TOKENIZER}; expected it beside {export.file.name}")
    weights = OnnxWeights(export.file)
    kind, parameters = _family_and_parameters(weights)
    given = _given_config(export.folder)
    config = _merged_config(given, _config_of_graph(kind, parameters, weights), export)
    out.mkdir(parents=True, exist_ok=True)
    (out / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    expected = parameter_shapes(out)
    missing = [name for name in expected if name not in parameters]
    if missing:
        raise BundleError(
            f"{export.file} has no {missing[0]} ({len(missing)} of {counted(len(expected), 'parameter')} missing); expected a cross-encoder "
            "with a classification head, and an export that keeps the names of layers (torch.onnx, optimum)"
        )
    for name, shape in expected.items():
        if parameters[name].shape != shape:
            raise BundleError(f"{export.file} has {name} of shape {parameters[name].shape}; expected {shape}")
    tensors = {name: torch.from_numpy(np.array(parameters[name], np.float32, order="C")) for name in expected}
    save_file(tensors, out / WEIGHTS, {"format": "pt"})
    for name in COPIED_FILES:
        if (export.folder / name).is_file():
            shutil.copy(export.folder / name, out / name)
    if not (out / FETCHED).is_file():
        spec = manifest.file_spec(export.file)
        record = {"revision": spec["sha256"][:12], "files": {export.file.name: spec}}
        (out / FETCHED).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    _require_same_logits(export, out, min(128, config["max_position_embeddings"] - 2), weights.rounded)


def _family_and_parameters(weights: OnnxWeights) -> tuple[str, dict[str, np.ndarray]]:
    """The family, and the parameters by their names in transformers. A wrapper module's name before them is removed."""
    for kind in dict.fromkeys(PREFIXES.values()):
        for name in weights.parameters:
            before, found, _ = f".{name}".partition(f".{kind}.embeddings.word_embeddings{WEIGHT}")
            if found:
                prefix = f"{before}."[1:]
                return kind, {key.removeprefix(prefix): value for key, value in weights.parameters.items()}
    encoder = any(name.endswith(f"embeddings.word_embeddings{WEIGHT}") for name in weights.parameters)
    if encoder and not any("classifier." in name for name in weights.parameters):
        raise BundleError(f"{weights.file} is an encoder without a classification head; expected a cross-encoder")
    raise BundleError(
        f"{weights.file} has no word embeddings of a supported family ({', '.join(sorted(CLASS_NAMES))}); "
        "expected a stock export of a BERT-family cross-encoder"
    )


def _given_config(folder: Path) -> dict[str, Any]:
    given = object_of(folder / CONFIG)
    return given if given.get("model_type") else {}


def _config_of_graph(kind: str, parameters: dict[str, np.ndarray], weights: OnnxWeights) -> dict[str, Any]:
    """The configuration's fields that follow from the shapes and the operators."""

    def shape(name: str) -> tuple[int, ...]:
        if name not in parameters:
            raise BundleError(f"{weights.file} has no {name}; expected a stock export of a BERT-family cross-encoder")
        return parameters[name].shape

    is_distilbert = kind == "distilbert"
    layer = f"{kind}.transformer.layer" if is_distilbert else f"{kind}.encoder.layer"
    layers = {int(name.removeprefix(f"{layer}.").split(".")[0]) for name in parameters if name.startswith(f"{layer}.")}
    query, first = (f"{layer}.0.attention.q_lin", f"{layer}.0.ffn.lin1") if is_distilbert else (
        f"{layer}.0.attention.self.query", f"{layer}.0.intermediate.dense"
    )  # fmt: skip
    words, hidden = shape(f"{kind}.embeddings.word_embeddings{WEIGHT}"), shape(query + WEIGHT)[0]
    out = "classifier" if f"classifier{WEIGHT}" in parameters else "classifier.out_proj"
    if out + WEIGHT not in parameters:
        raise BundleError(f"{weights.file} is an encoder without a classification head; expected a cross-encoder")
    labels = {str(i): f"LABEL_{i}" for i in range(shape(out + WEIGHT)[0])}
    derived = {
        "model_type": kind,
        "vocab_size": words[0],
        "max_position_embeddings": shape(f"{kind}.embeddings.position_embeddings{WEIGHT}")[0],
        "id2label": labels,
        "label2id": {label: int(i) for i, label in labels.items()},
        "dim" if is_distilbert else "hidden_size": hidden,
        "n_layers" if is_distilbert else "num_hidden_layers": len(layers),
        "hidden_dim" if is_distilbert else "intermediate_size": shape(first + WEIGHT)[0],
    }
    prefix = next(product.layer[: -len(query)] for product in weights.products if product.layer and product.layer.endswith(query))
    head_size = _head_size(weights, prefix + query, hidden)
    if head_size is not None:
        derived["n_heads" if is_distilbert else "num_attention_heads"] = hidden // head_size
    act = _activation(weights, prefix + first)
    if act is not None:
        derived["activation" if is_distilbert else "hidden_act"] = act
    if not is_distilbert:
        derived["type_vocab_size"] = shape(f"{kind}.embeddings.token_type_embeddings{WEIGHT}")[0]
        derived["layer_norm_eps"] = weights.epsilon() or 1e-12
    if kind == "electra":
        derived["embedding_size"] = words[1]
    if kind == "roberta":
        derived["pad_token_id"] = 1
    return derived


def _head_size(weights: OnnxWeights, query: str, hidden: int) -> int | None:
    for node in weights.nodes_after(query):
        if node.op_type == "Reshape":
            size = weights.last_dimension(node)
            if size is not None and 0 < size < hidden and hidden % size == 0:
                return size
    return None


def _activation(weights: OnnxWeights, layer: str) -> str | None:
    for node in weights.nodes_after(layer):
        match node.op_type:
            case "Erf":
                return "gelu"
            case "Gelu":
                tanh = any(attribute.name == "approximate" and attribute.s == b"tanh" for attribute in node.attribute)
                return "gelu_new" if tanh else "gelu"
            case "Tanh":
                return "gelu_new"
            case "Relu":
                return "relu"
    return None


FIELDS_OF_SHAPES = ("vocab_size", "max_position_embeddings", "hidden_size", "num_hidden_layers", "intermediate_size", "dim", "n_layers",
            "hidden_dim", "type_vocab_size", "embedding_size")  # fmt: skip
"""Fields that follow from the shapes; each family has some of them."""


def _merged_config(given: dict[str, Any], derived: dict[str, Any], export: Export) -> dict[str, Any]:
    """The given configuration, completed from the graph. Fields that follow from shapes must be equal in both."""
    kind = given.get("model_type", derived["model_type"])
    if PREFIXES.get(kind) != derived["model_type"]:
        raise BundleError(f"{export.folder / CONFIG} says model_type {kind!r}, but {export.file} has parameters of {derived['model_type']!r}")
    for name in FIELDS_OF_SHAPES:
        if name in derived and given.get(name, derived[name]) != derived[name]:
            raise BundleError(f"{export.folder / CONFIG} says {name} {given[name]}, but {export.file} has {derived[name]}")
    merged = derived | given
    is_distilbert = kind == "distilbert"
    for name in ("n_heads", "activation") if is_distilbert else ("num_attention_heads", "hidden_act"):
        if name not in merged:
            raise BundleError(f"{export.file} does not contain its {name}; expected a {CONFIG} with this field beside {TOKENIZER}")
    if len(given.get("id2label", {})) != len(derived["id2label"]):  # a configuration may leave out its classes
        merged |= {name: derived[name] for name in ("id2label", "label2id")}
    merged.pop("num_labels", None)
    return merged | {"architectures": [f"{CLASS_NAMES[kind]}ForSequenceClassification"]}


def _require_same_logits(export: Export, checkpoint: Path, max_tokens: int, rounded: bool) -> None:
    """Refuses a checkpoint with other logits than the export."""
    original, restored = ExportReference(export.file, export.folder), TransformersReference(checkpoint)
    tokenizer = Tokenizer.from_file(str(checkpoint / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    encoded = [tokenizer.encode(query, document) for query, document in PAIRS]
    expected, found = (
        np.array([reference.row(pair.ids, pair.type_ids) for pair in encoded]) for reference in (original, restored)
    )
    if found.shape != expected.shape:
        raise BundleError(f"{export.file} has {expected.shape[1:]} output values per pair; expected {found.shape[1:]}, the head's logits")
    off = np.abs(found - expected)
    tolerance = ROUNDED_TOLERANCE * np.ptp(expected, axis=0).max() if rounded else EXACT_TOLERANCE
    if not np.isfinite(off).all() or (off.mean() if rounded else off.max()) > tolerance:
        raise BundleError(
            f"{export.file} gives {np.round(expected[0], 3).tolist()} for the first pair, but its weights in transformers give "
            f"{np.round(found[0], 3).tolist()}; expected the head's logits, without a sigmoid or similar after them"
        )
