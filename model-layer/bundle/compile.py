"""Makes a bundle from a checkpoint folder or a stock ONNX export."""

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx
from tokenizers import Tokenizer

from bundle import deberta, manifest, modernbert, modules, pairs, prompt
from bundle.calibration import measured
from bundle.card import write_card
from bundle.checkpoint import Checkpoint
from bundle.deberta import Deberta
from bundle.counted import counted
from bundle.decoder import MODEL_TYPES, DecoderGraph, decoder_of, head_of
from bundle.encoder import Encoder
from bundle.errors import BundleError, NotKnownToBuilder
from bundle.export import export_of, restore
from bundle.families import family_of
from bundle.golden import golden_pairs
from bundle.graph import ATTENTION_MASK, INPUT_IDS, LOGITS, TOKEN_TYPE_IDS
from bundle.head import Head
from bundle.host import sums_overflow
from bundle.interaction_model import tensor_shapes
from bundle.modernbert import ModernBert
from bundle.pairs import Template
from bundle.precision import Precision
from bundle.split import GraphFiles, cut_into_parts, part_bytes_of, save_pieces
from bundle.stock import stock_export
from bundle.t5 import T5
from bundle.transformers_model import cross_encoder_of, parameter_shapes, settings

DEFAULT_MAX_TOKENS = 512
"""A longer window must be asked for, because attention's memory grows with the square of the window."""

LEAST_TOKENS = 16
"""The shortest window."""


@dataclass(frozen=True)
class Request:
    checkpoint: Path
    out: Path
    precision: Precision | None
    """That which suits the model's family, if left out."""
    id: str | None
    license: str | None
    relevant: int
    max_tokens: int | None
    stock: bool
    part_mb: float | None = None
    languages: tuple[str, ...] = ()
    prompt: str | None = None


@dataclass(frozen=True)
class BuiltGraph:
    """The manifest's fields about the graph in model.onnx."""

    inputs: list[str]
    head: dict[str, Any]
    pair: Template
    max_tokens: int
    decoder: dict[str, int] | None = None
    files: GraphFiles | None = None
    """The graph's files, if it is cut into its final parts."""
    tokenizer: Tokenizer | None = None
    """The bundle's tokenizer, if it is not the checkpoint's."""


def compile(request: Request) -> None:
    with checkpoint_of(request.checkpoint) as checkpoint:
        refuse_other_decoders(checkpoint)
        settings(checkpoint.folder)  # refuses fields of another type, before a builder reads them
        asked = replace(request, precision=request.precision or default_precision(checkpoint))
        if sums_overflow(asked.precision):
            raise BundleError(
                f"--precision is {asked.precision.value}, but sums of 8-bit products overflow on this processor (x86 without "
                "VNNI), so the golden pairs would be wrong; expected int8-7bit, or a processor with VNNI, or an Arm processor"
            )
        write(asked, checkpoint)


def refuse_other_decoders(checkpoint: Checkpoint) -> None:
    """No other family's builder and no stock export can run them."""
    kind, architectures = checkpoint.config.get("model_type"), checkpoint.config.get("architectures") or []
    if kind not in MODEL_TYPES and any(str(name).endswith("ForCausalLM") for name in architectures):
        raise BundleError(f"decoders of model type {kind!r} are not supported; expected {', '.join(sorted(MODEL_TYPES))}")


def default_precision(checkpoint: Checkpoint) -> Precision:
    return Precision.INT8_WEIGHTS if checkpoint.config.get("model_type") in MODEL_TYPES else Precision.INT8_7BIT


@contextmanager
def checkpoint_of(source: Path) -> Iterator[Checkpoint]:
    """Opens the checkpoint in a folder. An ONNX export is first turned into a checkpoint in a temporary folder."""
    export = export_of(source)
    if export is None:
        yield Checkpoint(source)
        return
    with tempfile.TemporaryDirectory() as scratch:
        restore(export, Path(scratch))
        yield Checkpoint(Path(scratch))


def write(request: Request, checkpoint: Checkpoint) -> None:
    license = request.license or checkpoint.licence()
    if license is None:
        raise BundleError(f"{request.checkpoint} has no model card with a licence; expected --license SPDX-ID")
    tokenizer = checkpoint.tokenizer()
    require_embeddings(checkpoint, tokenizer)
    request.out.mkdir(parents=True, exist_ok=True)
    built = build_graph(request, checkpoint, tokenizer)
    (built.tokenizer or tokenizer).save(str(request.out / manifest.TOKENIZER), pretty=False)
    graph_files = (built.files or cut_into_parts(request.out, request.part_mb)).manifest()

    fetched = checkpoint.fetched()
    names = (INPUT_IDS, TOKEN_TYPE_IDS, ATTENTION_MASK)
    fields = {
        "format": manifest.FORMAT,
        "id": request.id or fetched.get("id") or name_of(request.checkpoint),
        "revision": fetched.get("revision") or checkpoint.weights_sha256()[:12],
        "license": license,
        "architecture": checkpoint.config["model_type"],
        "files": manifest.file_specs(request.out, manifest.graph_files(graph_files)),
        "inputs": {name: name if name in built.inputs else None for name in names},
        "output": LOGITS,
        "pair": built.pair.manifest(),
        "max_tokens": built.max_tokens,
        "head": built.head,
        "activation": "sigmoid",
        "precision": request.precision.value,
    }
    if built.decoder is not None:
        fields["decoder"] = built.decoder
    if request.languages:
        fields["languages"] = list(request.languages)
    fields |= graph_files
    manifest.write(request.out, fields | {"golden": []})
    fields["golden"] = golden_pairs(request.out, request.precision)
    manifest.write(request.out, fields)
    write_card(request.out, fields)


def require_embeddings(checkpoint: Checkpoint, tokenizer: Tokenizer) -> None:
    """Refuses a tokenizer with ids for which the model has no embedding: a text with such a token would fail."""
    rows = checkpoint.config.get("vocab_size")
    token, largest = max(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda entry: entry[1])
    if rows is not None and largest >= rows:
        raise BundleError(
            f"{checkpoint.folder}: the tokenizer gives {token!r} the id {largest}, but the model has embeddings for 0..{rows - 1}; "
            "expected the tokenizer that the model was trained with"
        )


def name_of(source: Path) -> str:
    """The name of the folder; for an ONNX file, the name of the folder with its tokenizer."""
    export = export_of(source)
    return (export.folder if export else source).resolve().name


def build_graph(request: Request, checkpoint: Checkpoint, tokenizer: Tokenizer) -> BuiltGraph:
    """Writes our own graph, or the stock export if the builder does not support the model or the caller asks for it."""
    if checkpoint.config.get("model_type") in MODEL_TYPES:
        return build_decoder(request, checkpoint, tokenizer)
    if request.prompt is not None:
        raise BundleError(f"--prompt does not go with {checkpoint.config.get('model_type')}; expected it for {', '.join(MODEL_TYPES)} only")
    if not request.stock:
        try:
            match checkpoint.config.get("model_type"):
                case "t5":
                    return build_monot5(request, checkpoint, tokenizer)
                case "modernbert":
                    return build_headed(request, checkpoint, tokenizer, modernbert.shape_of(checkpoint), ModernBert)
                case "deberta-v2":
                    return build_headed(request, checkpoint, tokenizer, deberta.shape_of(checkpoint), Deberta)
                case _:
                    return build_encoder(request, checkpoint, tokenizer)
        except NotKnownToBuilder as e:
            print(f"The builder does not support {e}. Used the stock export instead, whose int8 is less exact.")
    template = pairs.template_of(tokenizer)
    inputs, classes, positions = stock_export(checkpoint, request.precision, request.out / manifest.MODEL)
    max_tokens = window_of(request.max_tokens, positions, checkpoint.longest_input())
    return BuiltGraph(inputs, manifest.head(classes, request.relevant), template, max_tokens)


def build_encoder(request: Request, checkpoint: Checkpoint, tokenizer: Tokenizer) -> BuiltGraph:
    family = family_of(checkpoint.config, modules.head_of(checkpoint) if modules.has_head(checkpoint) else None)
    max_tokens = window_of(request.max_tokens, family.positions, checkpoint.longest_input())
    checkpoint.require_tensors(expected_tensors(checkpoint) if isinstance(family.head, Head) else tensor_shapes(checkpoint.folder))
    return built(request, Encoder(checkpoint, family, request.precision, max_tokens).build(), tokenizer, max_tokens)


def build_headed(
    request: Request, checkpoint: Checkpoint, tokenizer: Tokenizer, shape: modernbert.Shape | deberta.Shape,
    builder: type[ModernBert] | type[Deberta],
) -> BuiltGraph:
    """A model whose head may be transformers' own or modules of sentence-transformers."""
    max_tokens = window_of(request.max_tokens, shape.positions, checkpoint.longest_input())
    checkpoint.require_tensors(expected_tensors(checkpoint))
    return built(request, builder(checkpoint, shape, request.precision, max_tokens).build(), tokenizer, max_tokens)


def expected_tensors(checkpoint: Checkpoint) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the model's tensors and its head's, from their configurations."""
    if modules.has_head(checkpoint):
        return parameter_shapes(checkpoint.folder, headless=True) | modules.head_shapes(checkpoint)
    return parameter_shapes(checkpoint.folder, **checkpoint.labels())


def built(request: Request, model: onnx.ModelProto, tokenizer: Tokenizer, max_tokens: int) -> BuiltGraph:
    classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    head = manifest.head(classes, request.relevant)
    return BuiltGraph(save_graph(model, request.out), head, pairs.template_of(tokenizer), max_tokens)


def build_monot5(request: Request, checkpoint: Checkpoint, tokenizer: Tokenizer) -> BuiltGraph:
    max_tokens = window_of(request.max_tokens, DEFAULT_MAX_TOKENS, checkpoint.longest_input())
    classes = pairs.id_of(tokenizer, pairs.TRUE), pairs.id_of(tokenizer, pairs.FALSE)
    checkpoint.require_tensors(parameter_shapes(checkpoint.folder))
    model = T5(checkpoint, request.precision, max_tokens, classes).build()
    return BuiltGraph(save_graph(model, request.out), manifest.head(2, relevant=0), pairs.monot5(tokenizer), max_tokens)


def build_decoder(request: Request, checkpoint: Checkpoint, tokenizer: Tokenizer) -> BuiltGraph:
    if request.stock:
        raise BundleError(f"--stock does not go with {checkpoint.config['model_type']}: a stock export takes no prompt; expected no --stock")
    decoder = decoder_of(checkpoint)
    max_tokens = window_of(request.max_tokens, decoder.positions, checkpoint.longest_input())
    asked = prompt.prompt_of(checkpoint, tokenizer, request.prompt)
    template = prompt.template_of(asked, tokenizer, max_tokens)
    for_texts = prompt.text_tokenizer(asked, tokenizer)
    kept = prompt.special_in_texts(asked, tokenizer)
    if kept:
        print(
            f"The prompt has {', '.join(kept)} beside query or document, so these stay tokens in all texts: "
            "a document with them can change the prompt."
        )
    answers = prompt.answers_of(checkpoint, asked, tokenizer) if decoder.answers else []
    expected = parameter_shapes(checkpoint.folder, **checkpoint.labels())
    checkpoint.require_tensors(expected)
    head = head_of(checkpoint, decoder, answers)
    fields = manifest.head(len(head), request.relevant)
    largest = {}
    if request.precision.needs_ranges:
        model = cross_encoder_of(checkpoint.folder, answers=answers or None)
        largest = measured(model, for_texts, template, max_tokens)
        del model  # it is four times as large as the bundle
    graph = DecoderGraph(checkpoint, decoder, request.precision, max_tokens, head, largest)
    size = sum(math.prod(shape) for shape in expected.values()) * (4 if request.precision is Precision.FP32 else 1)
    part_bytes = part_bytes_of(size, request.part_mb)
    files = save_pieces(request.out, graph.build(part_bytes), part_bytes)
    return BuiltGraph([INPUT_IDS], fields, template, max_tokens, decoder.manifest(), files, for_texts)


def save_graph(model: onnx.ModelProto, bundle: Path) -> list[str]:
    """Writes the graph, and returns the names of its inputs."""
    onnx.save(model, bundle / manifest.MODEL)
    return [given.name for given in model.graph.input]


def window_of(requested: int | None, positions: int, longest_input: int | None) -> int:
    """The requested window, or else the longest input that tokenizer and model allow, up to the default."""
    if requested is None:
        window = min(positions, DEFAULT_MAX_TOKENS, longest_input or positions)
        if window < LEAST_TOKENS:
            inputs = counted(window, "token")
            raise BundleError(f"the model and its tokenizer allow inputs of {inputs}; expected at least {LEAST_TOKENS}, or --max-tokens")
        return window
    if not LEAST_TOKENS <= requested <= positions:
        raise BundleError(f"--max-tokens is {requested}; expected {LEAST_TOKENS}..{positions}, the number of the model's positions")
    return requested
