"""ModernBERT at the lengths where its sliding window begins, in every form that the hub has, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import transformers
from safetensors.torch import load_file, save_file

from bundle import manifest
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.pairs import EncodedPair
from bundle.precision import Precision
from bundle.reference import TransformersReference
from bundle.scorer import Scorer
from tests.checkpoints import (
    TEXTS,
    cls_byte_pairs,
    ettin,
    modernbert,
    modernbert_config,
    modernbert_mean,
    modernbert_with_biases,
    save,
    with_config,
)

LONGEST = 1024
WINDOW = 128
"""As published models have it: 64 tokens to each side, so that 129 tokens are the first that do not all see each other."""


def compiled(checkpoint: Path, precision: Precision = Precision.FP32, max_tokens: int | None = None) -> Scorer:
    out = checkpoint.parent / "bundle"
    compile(Request(checkpoint, out, precision, "x", "MIT", 1, max_tokens, stock=False))
    return Scorer(out)


def pair_of(tokens: int) -> EncodedPair:
    ids = np.random.default_rng(tokens).integers(5, 300, tokens).tolist()
    return EncodedPair(ids, [0] * tokens, False)


@pytest.mark.parametrize("make", [modernbert, modernbert_mean, modernbert_with_biases, ettin])
def test_every_length_gives_transformers_logits(make: Callable[..., Path], tmp_path: Path) -> None:
    checkpoint = make(tmp_path / "x", local_attention=WINDOW, max_position_embeddings=LONGEST)
    scorer, reference = compiled(checkpoint, max_tokens=LONGEST), TransformersReference(checkpoint)
    logits = []
    for tokens in (5, 64, 65, 66, 129, 256, 257, 511, 512, 513, LONGEST):
        pair = pair_of(tokens)
        logits.append(scorer.logit(pair))
        assert logits[-1] == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4), tokens
    assert np.ptp(logits) > 0.1  # or it would prove nothing


@pytest.mark.parametrize("reach", [0, 1, 3])
def test_small_windows_give_transformers_logits(reach: int, tmp_path: Path) -> None:
    checkpoint = modernbert(tmp_path / "x", local_attention=2 * reach)
    scorer, reference = compiled(checkpoint), TransformersReference(checkpoint)
    for tokens in range(4, 65):
        pair = pair_of(tokens)
        assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4), tokens


@pytest.mark.parametrize(
    "fields",
    [
        {"rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 500.0},
                             "sliding_attention": {"rope_type": "default", "rope_theta": 20.0}}},
        {"rope_parameters": None, "global_rope_theta": 700.0, "local_rope_theta": 30.0},
        {"layer_types": None, "global_attn_every_n_layers": 2},
        {"layer_types": ["sliding_attention", "full_attention", "full_attention", "sliding_attention"]},
        {"layer_types": ["full_attention"] * 4},
        {"hidden_activation": "gelu_pytorch_tanh", "classifier_activation": "silu"},
        {"position_embedding_type": "sans_pos", "type_vocab_size": 2},
        {"norm_eps": 0.5},
    ],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
def test_the_configuration_is_read_as_by_transformers(fields: dict[str, object], tmp_path: Path) -> None:
    checkpoint = with_config(modernbert(tmp_path / "x"), **fields)
    before = compiled(modernbert(tmp_path / "plain"))
    changed = 0.0
    scorer, reference = compiled(checkpoint), TransformersReference(checkpoint)
    for tokens in (7, 50):
        pair = pair_of(tokens)
        assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)
        changed = max(changed, abs(scorer.logit(pair) - before.logit(pair)))
    assert changed > 1e-3 or "position_embedding_type" in fields


def test_the_graph_has_only_ids_as_input_and_does_not_grow_with_the_square_of_the_window(tmp_path: Path) -> None:
    compiled(ettin(tmp_path / "x", local_attention=8, max_position_embeddings=4096), max_tokens=4096)
    assert manifest.read(tmp_path / "bundle")["inputs"] == {"input_ids": "input_ids", "token_type_ids": None, "attention_mask": None}
    graph = onnx.load(tmp_path / "bundle" / "model.onnx").graph
    assert max(np.prod(constant.dims) for constant in graph.initializer) < 4096 * 32


def test_a_middle_channel_far_beyond_the_others_goes_through_fp32(tmp_path: Path) -> None:
    checkpoint = modernbert(tmp_path / "x")
    file = checkpoint / "model.safetensors"
    weights = load_file(file)
    for name, values in weights.items():
        if name.endswith("mlp.Wi.weight"):
            values[[5, 5 + len(values) // 2]] *= 8  # the value and the gate of one channel
    save_file(weights, file, {"format": "pt"})
    scorer, reference = compiled(checkpoint, Precision.INT8_7BIT), TransformersReference(checkpoint)
    names = [constant.name for constant in onnx.load(tmp_path / "bundle" / "model.onnx").graph.initializer]
    assert {f"{layer}.in.outliers.weight" for layer in range(4)} <= set(names)
    pairs = [scorer.encode(*text) for text in TEXTS]
    expected = [reference.logit(pair.ids, pair.segments) for pair in pairs]
    off = np.abs([scorer.logit(pair) - logit for pair, logit in zip(pairs, expected, strict=True)])
    assert off.mean() < 0.2 * np.ptp(expected)


def test_other_rotations_take_the_stock_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    linear = {"rope_type": "linear", "factor": 2.0, "rope_theta": 10_000.0}
    parameters = {"full_attention": linear, "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0}}
    checkpoint = with_config(modernbert(tmp_path / "x"), rope_parameters=parameters)
    scorer, pair = compiled(checkpoint), pair_of(20)
    assert "does not support rotations of type 'linear'" in capsys.readouterr().out
    assert scorer.logit(pair) == pytest.approx(TransformersReference(checkpoint).logit(pair.ids, pair.segments), abs=1e-4)


def test_an_encoder_without_a_head_is_refused(tmp_path: Path) -> None:
    tokenizer = cls_byte_pairs()
    checkpoint = save(tmp_path / "x", transformers.ModernBertModel(modernbert_config(tokenizer)), tokenizer)
    with pytest.raises(BundleError, match="has no (classification head|tensor)"):
        compiled(checkpoint)


def setting(file: str, **fields: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        settings = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps(settings | fields))

    return change


def without_pooling(folder: Path) -> None:
    listed = json.loads((folder / "modules.json").read_text())
    (folder / "modules.json").write_text(json.dumps([module for module in listed if module["path"] != "1_Pooling"]))


def of_other_path(folder: Path) -> None:
    listed = json.loads((folder / "modules.json").read_text())
    listed[2]["path"] = "../elsewhere"
    (folder / "modules.json").write_text(json.dumps(listed))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (setting("1_Pooling/config.json", pooling_mode="max"), "has pooling 'max'; expected"),
        (setting("2_Dense/config.json", activation_function="torch.nn.modules.activation.Mish"), "has 2_Dense with .*Mish; expected"),
        (setting("2_Dense/config.json", use_residual=True), "has 2_Dense with .* and a residual; expected"),
        (setting("4_Dense/config.json", activation_function="torch.nn.modules.activation.Tanh"), "expected .* ends with a Dense without activation"),
        (setting("2_Dense/config.json", bias=True), "has no tensor 2_Dense.linear.bias"),
        (setting("2_Dense/config.json", out_features=31), "has 2_Dense.linear.weight of shape"),
        (without_pooling, "has the modules Transformer, Dense, LayerNorm, Dense; expected"),
        (of_other_path, "has the path '../elsewhere'; expected a folder's name"),
        (lambda folder: (folder / "3_LayerNorm" / "model.safetensors").unlink(), "has no tensor 3_LayerNorm.norm.bias"),
    ],
)  # fmt: skip
def test_modules_that_the_builder_cannot_follow_are_refused(change: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    checkpoint = ettin(tmp_path / "x")
    change(checkpoint)
    with pytest.raises(BundleError, match=message):
        compiled(checkpoint)


def test_a_sentence_encoder_of_modules_is_refused(tmp_path: Path) -> None:
    checkpoint = ettin(tmp_path / "x")
    setting("4_Dense/config.json", module_output_name="sentence_embedding")(checkpoint)
    with pytest.raises(BundleError, match="has no classification head"):
        compiled(checkpoint)


def test_a_head_of_modules_may_be_of_other_kinds(tmp_path: Path) -> None:
    checkpoint = ettin(tmp_path / "x")
    setting("1_Pooling/config.json", pooling_mode=None)(checkpoint)
    pooling = {"word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (checkpoint / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    setting("2_Dense/config.json", activation_function="torch.nn.modules.activation.Tanh")(checkpoint)
    scorer, reference = compiled(checkpoint), TransformersReference(checkpoint)
    for tokens in (5, 40):
        pair = pair_of(tokens)
        assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)
