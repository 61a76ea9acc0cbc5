"""A checkpoint compiles into its model, or is refused with what is wrong with it: never into noise."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Tokenizer

from bundle.check import check
from bundle.checkpoint import Checkpoint
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.precision import Precision
from bundle.reference import TransformersReference
from bundle.scorer import Scorer
from tests.checkpoints import TEXTS, bert, cross_layers, monot5, monot5_gated, mpnet, roberta, with_config, xlm_roberta

Tensors = dict[str, torch.Tensor]


def compiled(checkpoint: Path, precision: Precision = Precision.FP32) -> Scorer:
    out = checkpoint.parent / "bundle"
    compile(Request(checkpoint, out, precision, "x", "MIT", 1, None, stock=False))
    return Scorer(out)


def with_weights(checkpoint: Path, change: Callable[[Tensors], Tensors]) -> Path:
    file = checkpoint / "model.safetensors"
    save_file(change(load_file(file)), file, metadata={"format": "pt"})
    return checkpoint


def without_head(weights: Tensors) -> Tensors:
    return {name.removeprefix("bert."): values for name, values in weights.items() if name.startswith("bert.")}


def logits(scorer: Scorer) -> list[float]:
    return [scorer.logit(scorer.encode(*text)) for text in TEXTS]


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8_7BIT])
@pytest.mark.parametrize("architecture", ["BertModel", "BertForSequenceClassification"])
def test_an_encoder_without_a_head_is_refused(precision: Precision, architecture: str, tmp_path: Path) -> None:
    checkpoint = with_config(with_weights(bert(tmp_path / "x"), without_head), architectures=[architecture])
    with pytest.raises(BundleError, match="has no (classification head|tensor)"):
        compiled(checkpoint, precision)


@pytest.mark.parametrize("make", [bert, mpnet])  # by the builder, and by the stock export
@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8_7BIT])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: {k: v for k, v in w.items() if not k.endswith("layer.1.output.dense.weight")}, "has no tensor .*layer.1.output.dense.weight"),
        (lambda w: w | {"x.lora_A.weight": torch.zeros(2, 2)}, "has the tensor x.lora_A.weight, which a model with its .* does not have"),
        (lambda w: {k: v * float("nan") if k.endswith("layer.0.output.dense.bias") else v for k, v in w.items()}, "are not numbers"),
        (lambda w: {k: v[:, :-1].contiguous() if k.endswith("layer.0.intermediate.dense.weight") else v for k, v in w.items()}, "shape|size"),
    ],
    ids=["missing", "unexpected", "nan", "another shape"],
)  # fmt: skip
def test_tensors_that_are_not_the_models_are_refused(
    make: Callable[[Path], Path], precision: Precision, change: Callable[[Tensors], Tensors], message: str, tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match=message):
        compiled(with_weights(make(tmp_path / "x"), change), precision)


@pytest.mark.parametrize("make", [monot5, monot5_gated])
def test_monot5s_tensors_are_the_models(make: Callable[[Path], Path], tmp_path: Path) -> None:
    tied = with_weights(make(tmp_path / "tied"), lambda w: w | {"encoder.embed_tokens.weight": w["shared.weight"].clone()})
    compiled(tied)
    adapter = {"encoder.block.0.layer.0.SelfAttention.q.lora_A.weight": torch.zeros(2, 2)}
    with pytest.raises(BundleError, match="has the tensor .*lora_A.weight, which a model with its .* does not have"):
        compiled(with_weights(make(tmp_path / "adapter"), lambda w: w | adapter))
    with pytest.raises(BundleError, match="has no tensor decoder.block.0"):
        compiled(with_weights(make(tmp_path / "encoder"), lambda w: {k: v for k, v in w.items() if not k.startswith("decoder.")}))


def test_tensors_that_classifiers_leave_unused_are_allowed(tmp_path: Path) -> None:
    left_over = {"bert.embeddings.position_ids": torch.arange(64)[None], "cls.predictions.bias": torch.zeros(4)}
    expected = logits(compiled(bert(tmp_path / "x")))
    assert logits(compiled(with_weights(bert(tmp_path / "y"), lambda w: w | left_over))) == expected


def test_the_names_of_the_first_bert_checkpoints_are_known(tmp_path: Path) -> None:
    def old(weights: Tensors) -> Tensors:
        return {k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v for k, v in weights.items()}

    expected = logits(compiled(bert(tmp_path / "x")))
    assert logits(compiled(with_weights(bert(tmp_path / "y"), old))) == expected


def in_shards(checkpoint: Path) -> Path:
    """Divides the weights of a checkpoint among two files."""
    weights = load_file(checkpoint / "model.safetensors")
    names = sorted(weights)
    shards = {name: f"model-0000{1 + i % 2}-of-00002.safetensors" for i, name in enumerate(names)}
    for shard in set(shards.values()):
        save_file({k: weights[k] for k in names if shards[k] == shard}, checkpoint / shard, metadata={"format": "pt"})
    (checkpoint / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    (checkpoint / "model.safetensors").unlink()
    return checkpoint


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8_7BIT])
def test_the_trained_models_checkpoint_may_be_in_shards(precision: Precision, tmp_path: Path) -> None:
    checkpoint = cross_layers(tmp_path / "x")
    expected = logits(compiled(checkpoint, precision))
    assert logits(compiled(in_shards(checkpoint), precision)) == expected
    check(tmp_path / "bundle", checkpoint, None)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    checkpoint = in_shards(bert(tmp_path / "x"))
    compiled(checkpoint)
    (checkpoint / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(BundleError, match="has no model-00002-of-00002.safetensors, one of the 2 files"):
        compiled(checkpoint)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    whole = (checkpoint / "model.safetensors").read_bytes()
    (checkpoint / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError, match="is damaged or cut off"):
        compiled(checkpoint)


@pytest.mark.parametrize("kind", ["new", "bert"])
def test_a_checkpoints_own_code_is_not_run_and_not_asked_about(kind: str, tmp_path: Path) -> None:
    code = {"AutoConfig": "configuration.NewConfig", "AutoModelForSequenceClassification": "modeling.NewForSequenceClassification"}
    checkpoint = with_config(bert(tmp_path / "x"), model_type=kind, auto_map=code)
    with pytest.raises(BundleError, match="its own Python code ..*modeling.NewForSequenceClassification., which is not run"):
        compiled(checkpoint)


def test_a_token_without_an_embedding_is_refused(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    tokenizer.add_special_tokens([AddedToken("<doc>", special=True)])
    tokenizer.save(str(checkpoint / "tokenizer.json"))
    with pytest.raises(BundleError, match=r"gives '<doc>' the id \d+, but the model has embeddings for 0\.\."):
        compiled(checkpoint)


@pytest.mark.parametrize("classes", [1, 2])
def test_a_configuration_need_not_count_the_classes(classes: int, tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x", classes=classes)
    config = json.loads((checkpoint / "config.json").read_text())
    for name in ("id2label", "label2id", "num_labels"):
        config.pop(name, None)
    (checkpoint / "config.json").write_text(json.dumps(config))
    scorer = compiled(checkpoint, Precision.INT8_7BIT)
    assert scorer.manifest["head"]["type"] == ("single-logit" if classes == 1 else "two-class")
    assert len(TransformersReference(checkpoint).row([2, 7, 3], [0, 0, 0])) == classes


def test_the_window_is_the_tokenizers_longest_input(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "model_max_length": 32}')
    assert compiled(checkpoint).manifest["max_tokens"] == 32
    (checkpoint / "tokenizer_config.json").write_text('{"model_max_length": 1000000000000000019884624838656}')
    assert compiled(checkpoint).manifest["max_tokens"] == 64


@pytest.mark.parametrize("settings", [{"do_lower_case": False}, {"do_lower_case": True}, {"strip_accents": False}])
def test_case_and_accents_are_the_tokenizers_settings(settings: dict[str, bool], tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"} | settings))
    scorer = compiled(checkpoint)
    assert other_tokens(check(checkpoint.parent / "bundle", checkpoint, None)) == 0
    assert scorer.tokenizer.normalizer.lowercase == settings.get("do_lower_case", True)


def test_a_vocabulary_alone_makes_the_tokenizer(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    expected = logits(compiled(checkpoint))
    vocabulary = Checkpoint(checkpoint).tokenizer().get_vocab()
    (checkpoint / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)) + "\n")
    (checkpoint / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    (checkpoint / "tokenizer.json").unlink()
    assert logits(compiled(checkpoint)) == expected
    assert other_tokens(check(checkpoint.parent / "bundle", checkpoint, None)) == 0


@pytest.mark.parametrize("file", [None, "vocab.json", "spiece.model"])
def test_a_tokenizer_that_cannot_be_made_is_one_line(file: str | None, tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / "tokenizer.json").unlink()
    if file is not None:
        (checkpoint / file).write_text("no vocabulary")
    with pytest.raises(BundleError, match="has no tokenizer.json, and (no|it)") as refused:
        compiled(checkpoint)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("make", [roberta, xlm_roberta])
def test_a_padding_token_in_a_text_has_the_position_that_transformers_gives_it(make: Callable[[Path], Path], tmp_path: Path) -> None:
    checkpoint = make(tmp_path / "x")
    scorer, reference = compiled(checkpoint), TransformersReference(checkpoint)
    for query, document in [("a <pad> b", "c <pad><pad> d"), ("<pad>", "<pad> " * 80), ("bread", "Yeast <pad>")]:
        pair = scorer.encode(query, document)
        assert 1 in pair.ids
        assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)


def test_check_notices_a_bundle_with_another_tokenizer(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    compiled(checkpoint)
    (checkpoint / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": false}')
    assert other_tokens(check(checkpoint.parent / "bundle", checkpoint, None)) > 100


def other_tokens(report: str) -> int:
    return int(report.splitlines()[2].strip("| ").split(" | ")[2])
