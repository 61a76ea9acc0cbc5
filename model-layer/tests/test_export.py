"""A stock ONNX export gives its weights back, and the bundle that is built from them gives its answers."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16
from safetensors.numpy import load_file

from bundle import manifest
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.export import export_of, restore
from bundle.onnx_weights import OnnxWeights
from bundle.precision import Precision
from bundle.reference import ExportReference
from bundle.scorer import Scorer
from tests.checkpoints import FAMILIES, TEXTS, bert

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
KNOWN = ["bert", "bert-two-classes", "distilbert", "electra", "roberta", "xlm-roberta"]


class Wrapped(torch.nn.Module):
    """A model under a name of its own, as some exporters have it; what follows its logits can be given."""

    def __init__(self, model: torch.nn.Module, inputs: list[str], then: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.model, self.inputs, self.then = model, inputs, then

    def forward(self, *values: torch.Tensor) -> torch.Tensor:
        return self.then(self.model(**dict(zip(self.inputs, values, strict=True))).logits)


def exported(
    checkpoint: Path,
    out: Path,
    kind: str = "sequence-classification",
    wrapped: bool = False,
    then: Callable[[torch.Tensor], torch.Tensor] = lambda logits: logits,
    folded: bool = True,
    opset: int = 17,
    attention: str = "eager",
) -> Path:
    """As optimum does it: the model itself by torch.onnx, its tokenizer and configuration beside it."""
    out.mkdir()
    config = transformers.AutoConfig.from_pretrained(checkpoint)
    auto = transformers.AutoModel if kind == "encoder" else transformers.AutoModelForSequenceClassification
    model = auto.from_pretrained(checkpoint, dtype=torch.float32, attn_implementation=attention).eval()
    inputs = INPUTS if getattr(config, "type_vocab_size", 0) > 1 else INPUTS[:2]
    example = tuple(torch.ones((1, 16), dtype=torch.long) for _ in inputs)
    if wrapped:
        model = Wrapped(model, inputs, then)
    elif inputs == INPUTS:
        model.forward = _by_place(model.forward)
    torch.onnx.export(
        model, example, str(out / "model.onnx"), input_names=inputs, output_names=["logits"], opset_version=opset, dynamo=False,
        do_constant_folding=folded, dynamic_axes={name: {0: "batch", 1: "tokens"} for name in inputs},
    )  # fmt: skip
    shutil.copy(checkpoint / "tokenizer.json", out)
    shutil.copy(checkpoint / "config.json", out)
    return out


def _by_place(forward: Callable[..., object]) -> Callable[..., torch.Tensor]:
    def called(ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        return forward(input_ids=ids, attention_mask=mask, token_type_ids=segments)[0]

    return called


def quantised(export: Path, weight_type: QuantType = QuantType.QInt8, per_channel: bool = False) -> Path:
    fp32 = export / "fp32.onnx"
    (export / "model.onnx").rename(fp32)
    quantize_dynamic(fp32, export / "model.onnx", weight_type=weight_type, per_channel=per_channel)
    fp32.unlink()
    return export


def restored(export: Path, out: Path) -> dict[str, np.ndarray]:
    restore(export_of(export), out)
    return load_file(out / "model.safetensors")


def original(checkpoint: Path) -> dict[str, np.ndarray]:
    return load_file(checkpoint / "model.safetensors")


def compiled(source: Path, out: Path, **options: object) -> Scorer:
    defaults = {"id": None, "license": "MIT", "relevant": 1, "max_tokens": None, "stock": False}
    compile(Request(source, out, Precision.FP32, **defaults | options))
    return Scorer(out)


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@pytest.mark.parametrize("name", KNOWN)
def test_an_fp32_export_gives_every_weight_back(name: str, tmp_path: Path) -> None:
    checkpoint = FAMILIES[name](tmp_path / "checkpoint")
    export = exported(checkpoint, tmp_path / "export")
    assert_same(restored(export, tmp_path / "restored"), original(checkpoint))
    config = json.loads((tmp_path / "restored" / "config.json").read_text())
    assert config["model_type"] == json.loads((checkpoint / "config.json").read_text())["model_type"]


@pytest.mark.parametrize("name", ["bert", "bert-two-classes", "distilbert", "electra", "roberta"])
def test_without_a_configuration_the_graph_says_what_the_model_is(name: str, tmp_path: Path) -> None:
    checkpoint = FAMILIES[name](tmp_path / "checkpoint")
    export = exported(checkpoint, tmp_path / "export")
    (export / "config.json").unlink()
    assert_same(restored(export, tmp_path / "restored"), original(checkpoint))
    config, found_config = (json.loads((folder / "config.json").read_text()) for folder in (checkpoint, tmp_path / "restored"))
    for field in ("num_attention_heads", "n_heads", "hidden_size", "num_hidden_layers", "hidden_act", "activation", "type_vocab_size", "layer_norm_eps"):
        assert found_config.get(field) == config.get(field), field


@pytest.mark.parametrize("act", ["gelu", "gelu_new", "relu"])
def test_the_graph_says_which_activation_it_has(act: str, tmp_path: Path) -> None:
    export = exported(bert(tmp_path / "checkpoint", hidden_act=act), tmp_path / "export")
    (export / "config.json").unlink()
    restored(export, tmp_path / "restored")
    assert json.loads((tmp_path / "restored" / "config.json").read_text())["hidden_act"] == act


@pytest.mark.parametrize(
    "layout",
    [{"wrapped": True}, {"folded": False}, {"opset": 14}, {"attention": "sdpa"}],
    ids=["within another module", "transpositions not folded", "normalisation spelled out", "fused attention spelled out"],
)
def test_exporters_lay_graphs_out_in_different_ways(layout: dict[str, object], tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    export = exported(checkpoint, tmp_path / "export", **layout)
    (export / "config.json").unlink()
    assert_same(restored(export, tmp_path / "restored"), original(checkpoint))


@pytest.mark.parametrize("name", ["bert", "distilbert", "electra", "roberta"])
def test_torchs_newer_exporter_is_read(name: str, tmp_path: Path) -> None:
    checkpoint, export = FAMILIES[name](tmp_path / "checkpoint"), tmp_path / "export"
    export.mkdir()
    model = transformers.AutoModelForSequenceClassification.from_pretrained(checkpoint, dtype=torch.float32).eval()
    inputs = INPUTS if getattr(model.config, "type_vocab_size", 0) > 1 else INPUTS[:2]
    tokens = torch.export.Dim("tokens", min=2, max=60)
    torch.onnx.export(
        model, (), str(export / "model.onnx"), kwargs={name: torch.ones((1, 16), dtype=torch.long) for name in inputs},
        dynamic_shapes={name: {1: tokens} for name in inputs}, dynamo=True, external_data=False,
    )  # fmt: skip
    shutil.copy(checkpoint / "tokenizer.json", export)
    assert_same(restored(export, tmp_path / "restored"), original(checkpoint))


def test_nodes_without_names_get_theirs_from_the_biases(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    export = exported(checkpoint, tmp_path / "export")
    model = onnx.load(export / "model.onnx")
    for i, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{i}"  # as torch named them before 1.13
    onnx.save(model, export / "model.onnx")
    assert_same(restored(export, tmp_path / "restored"), original(checkpoint))


@pytest.mark.parametrize("weight_type", [QuantType.QInt8, QuantType.QUInt8])
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("name", KNOWN)
def test_a_quantised_export_gives_weights_back_to_half_a_step(
    name: str, per_channel: bool, weight_type: QuantType, tmp_path: Path
) -> None:
    checkpoint = FAMILIES[name](tmp_path / "checkpoint")
    export = quantised(exported(checkpoint, tmp_path / "export"), weight_type, per_channel)
    found, expected = restored(export, tmp_path / "restored"), original(checkpoint)
    assert found.keys() == expected.keys()
    rounded = 0
    for parameter, values in expected.items():
        step = np.ptp(values) / 250
        assert np.abs(found[parameter] - values).max() <= step, parameter
        rounded += not np.array_equal(found[parameter], values)
    assert rounded >= 10  # or nothing was quantised


@pytest.mark.parametrize("name", KNOWN)
def test_the_bundle_of_an_export_gives_the_exports_answers(name: str, tmp_path: Path) -> None:
    export = exported(FAMILIES[name](tmp_path / "checkpoint"), tmp_path / "export")
    scorer, theirs = compiled(export, tmp_path / "bundle", max_tokens=64), ExportReference(export / "model.onnx", export)
    for text in TEXTS:
        pair = scorer.encode(*text)
        expected = manifest.logit(scorer.manifest["head"], theirs.row(pair.ids, pair.segments))
        assert scorer.logit(pair) == pytest.approx(expected, abs=1e-4)


def test_the_bundle_says_which_file_it_was_made_of(tmp_path: Path) -> None:
    export = exported(bert(tmp_path / "checkpoint"), tmp_path / "ranker")
    found = compiled(export / "model.onnx", tmp_path / "bundle").manifest
    assert found["id"] == "ranker"
    assert found["revision"] == manifest.file_specs(export, ["model.onnx"])["model.onnx"]["sha256"][:12]
    assert "Gelu" in {node.op_type for node in onnx.load(tmp_path / "bundle" / "model.onnx").graph.node}  # purpose-built


def test_the_tokenizer_may_be_in_the_folder_above_as_transformers_js_has_it(tmp_path: Path) -> None:
    export = exported(bert(tmp_path / "checkpoint"), tmp_path / "ranker")
    (export / "onnx").mkdir()
    (export / "model.onnx").rename(export / "onnx" / "model.onnx")
    assert compiled(export, tmp_path / "bundle").manifest["id"] == "ranker"
    shutil.copy(export / "onnx" / "model.onnx", export / "onnx" / "model_quantized.onnx")
    with pytest.raises(BundleError, match="has 2 ONNX files; pass one of them: .*model.onnx, .*model_quantized.onnx"):
        compiled(export, tmp_path / "bundle")
    compiled(export / "onnx" / "model_quantized.onnx", tmp_path / "bundle")


def test_half_precision_is_read(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    export = exported(checkpoint, tmp_path / "export")
    onnx.save(convert_float_to_float16(onnx.load(export / "model.onnx"), keep_io_types=True), export / "model.onnx")
    found = restored(export, tmp_path / "restored")
    for name, values in original(checkpoint).items():
        np.testing.assert_allclose(found[name], values, rtol=1e-3, atol=1e-4, err_msg=name)


def test_an_export_of_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    encoder = exported(checkpoint, tmp_path / "encoder", kind="encoder")
    refused(encoder, tmp_path, "is an encoder without a classification head; expected a cross-encoder")
    other = exported(FAMILIES["mpnet-stock"](tmp_path / "mpnet"), tmp_path / "other")
    refused(other, tmp_path, "has no word embeddings of a supported family")
    sigmoid = exported(checkpoint, tmp_path / "sigmoid", wrapped=True, then=torch.sigmoid)
    refused(sigmoid, tmp_path, "expected the head's logits, without a sigmoid or similar after them")


def test_a_graph_that_an_optimiser_changed_is_refused(tmp_path: Path) -> None:
    export = exported(bert(tmp_path / "checkpoint"), tmp_path / "export")
    model = onnx.load(export / "model.onnx")
    model.graph.node[0].op_type = "Attention"
    onnx.save(model, export / "model.onnx")
    refused(export, tmp_path, "has the operator Attention, which an optimiser added; expected a stock export")


def test_layers_without_names_are_refused(tmp_path: Path) -> None:
    export = exported(bert(tmp_path / "checkpoint"), tmp_path / "export")
    model = onnx.load(export / "model.onnx")
    names = {tensor.name: f"t{i}" for i, tensor in enumerate(model.graph.initializer) if ".encoder." in tensor.name}
    for tensor in model.graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    for i, node in enumerate(model.graph.node):
        node.name = str(i)
        node.input[:] = [names.get(name, name) for name in node.input]
    onnx.save(model, export / "model.onnx")
    refused(export, tmp_path, "has no bert.encoder.layer.0.attention.self.query.weight")


def test_a_file_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    export = exported(bert(tmp_path / "checkpoint"), tmp_path / "export")
    config = json.loads((export / "config.json").read_text())
    (export / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    refused(export, tmp_path, "config.json says num_hidden_layers 3, but .*model.onnx has 2")
    (export / "config.json").write_text(json.dumps(config | {"model_type": "roberta"}))
    refused(export, tmp_path, "config.json says model_type 'roberta', but .*model.onnx has parameters of 'bert'")
    for content, problem in (("null", "is 'null'; expected a JSON object"), ("[5]", "is '.5.'; expected a JSON object"), ("{", "is not valid JSON")):
        (export / "config.json").write_text(content)
        refused(export, tmp_path, f"config.json {problem}")
    (export / "config.json").unlink()
    (export / "tokenizer.json").unlink()
    refused(export, tmp_path, "has no tokenizer.json; expected it beside model.onnx")
    shutil.copy(tmp_path / "checkpoint" / "tokenizer.json", export)
    (export / "model.onnx").write_bytes(b"no graph")
    refused(export, tmp_path, "cannot be read as an ONNX file")
    with pytest.raises(BundleError, match="nowhere.onnx does not exist; expected an ONNX file"):
        compiled(tmp_path / "nowhere.onnx", tmp_path / "bundle")


def refused(export: Path, scratch: Path, sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        compiled(export, scratch / "bundle")


def test_a_quantised_tensor_without_its_scale_is_reported(tmp_path: Path) -> None:
    export = quantised(exported(bert(tmp_path / "checkpoint"), tmp_path / "export"))
    model = onnx.load(export / "model.onnx")
    scale = next(t for t in model.graph.initializer if t.name == "bert.embeddings.word_embeddings.weight_scale")
    model.graph.initializer.remove(scale)
    onnx.save(model, export / "model.onnx")
    with pytest.raises(BundleError, match="has no scale and zero point for bert.embeddings.word_embeddings.weight_quantized"):
        _ = OnnxWeights(export / "model.onnx").parameters
