"""Every family and head, compiled, gives transformers' answers."""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn.utils.rnn import pad_sequence

from bundle import manifest
from bundle.__main__ import languages, main
from bundle.bert_apart import with_second_cls
from bundle.checkpoint import Checkpoint
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.host import sums_overflow
from bundle.interaction_model import load_checkpoint
from bundle.layers import OUTLIERS, outliers_and_rest
from bundle.precision import Precision
from bundle.reference import TransformersReference
from bundle.scorer import Scorer
from tests.checkpoints import FAMILIES, SIZES, TEXTS, bert, cross_layers, interaction, save, with_config, wordpiece


def compiled(checkpoint: Path, out: Path, precision: Precision = Precision.FP32, **options: object) -> Scorer:
    defaults = {"id": None, "license": "MIT", "relevant": 1, "max_tokens": None, "stock": False}
    compile(Request(checkpoint, out, precision, **defaults | options))
    return Scorer(out)


@pytest.mark.parametrize("name", FAMILIES)
def test_fp32_equals_transformers(name: str, tmp_path: Path) -> None:
    checkpoint = FAMILIES[name](tmp_path / "checkpoint")
    scorer = compiled(checkpoint, tmp_path / "bundle", max_tokens=64)
    reference = TransformersReference(checkpoint)
    logits = []
    whole = 0
    for query, document in TEXTS:
        pair = scorer.encode(query, document)
        assert len(pair.ids) <= 64
        if not pair.truncated and len(query) < 60:
            whole += 1
            assert (pair.ids, pair.segments) == tokenizers_own_way(checkpoint, query, document)
        logits.append(scorer.logit(pair))
        assert logits[-1] == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)
    assert whole >= 2
    assert max(logits) - min(logits) > 0.01  # or it would prove nothing


def tokenizers_own_way(folder: Path, query: str, document: str) -> tuple[list[int], list[int]]:
    """Ids and segments of a pair, with the special tokens that the tokenizer itself adds."""
    checkpoint = Checkpoint(folder)
    if checkpoint.config["model_type"] == "t5":
        encoded = checkpoint.tokenizer().encode(f"Query: {query} Document: {document} Relevant:")
    else:
        encoded = checkpoint.tokenizer().encode(query, document)
    return encoded.ids, encoded.type_ids


EIGHT_BITS = pytest.param(Precision.INT8, marks=pytest.mark.skipif(sums_overflow(Precision.INT8), reason="8-bit sums overflow on this processor"))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("precision", [EIGHT_BITS, Precision.INT8_7BIT, Precision.INT8_WEIGHTS])
def test_int8_is_near_transformers(name: str, precision: Precision, tmp_path: Path) -> None:
    checkpoint = FAMILIES[name](tmp_path / "checkpoint")
    if name.endswith("-stock") and precision is Precision.INT8_WEIGHTS:
        with pytest.raises(BundleError, match="--precision is int8-weights, which a stock export does not have"):
            compiled(checkpoint, tmp_path / "bundle", precision)
        return
    scorer = compiled(checkpoint, tmp_path / "bundle", precision, max_tokens=64)
    reference = TransformersReference(checkpoint)
    pairs = [scorer.encode(*text) for text in TEXTS]
    expected = [reference.logit(pair.ids, pair.segments) for pair in pairs]
    off = [abs(scorer.logit(pair) - logit) for pair, logit in zip(pairs, expected, strict=True)]
    assert sum(off) / len(off) < 0.2 * (max(expected) - min(expected))


def test_a_model_unknown_to_the_builder_gets_the_stock_export_with_a_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compiled(FAMILIES["mpnet-stock"](tmp_path / "checkpoint"), tmp_path / "bundle")
    assert "does not support model type 'mpnet'" in capsys.readouterr().out


def test_a_model_whose_export_fails_is_refused_with_one_line(tmp_path: Path) -> None:
    tokenizer = wordpiece()
    config = transformers.LongformerConfig(
        **SIZES, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=70, attention_window=16, num_labels=1
    )
    checkpoint = save(tmp_path / "checkpoint", transformers.LongformerForSequenceClassification(config), tokenizer)
    with pytest.raises(BundleError, match="a longformer model is not supported, because its export") as refused:
        compiled(checkpoint, tmp_path / "bundle")
    assert "\n" not in str(refused.value)


def test_an_export_that_holds_for_the_examples_length_alone_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class MeanOfSixteen(torch.nn.Module):
        """Python's len() of a tensor becomes a constant in the trace."""

        takes_segments = False

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return (ids * mask).sum(1, keepdim=True).float() / len(ids[0])

    monkeypatch.setattr("bundle.stock.cross_encoder_of", lambda folder, attention: MeanOfSixteen())
    with pytest.raises(BundleError, match="a mpnet model is not supported, because its export's logits are off by"):
        compiled(FAMILIES["mpnet-stock"](tmp_path / "checkpoint"), tmp_path / "bundle")


@pytest.mark.parametrize("kind", ["BertForMaskedLM", "BertForTokenClassification"])
def test_a_model_for_another_task_is_refused_by_its_name(kind: str, tmp_path: Path) -> None:
    tokenizer = wordpiece()
    config = transformers.BertConfig(**SIZES, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=64)
    checkpoint = save(tmp_path / "checkpoint", getattr(transformers, kind)(config), tokenizer)
    with pytest.raises(BundleError, match=f"has no classification head .* but this is a {kind}"):
        compiled(checkpoint, tmp_path / "bundle")


def test_a_model_without_a_table_of_positions_gets_the_default_window(tmp_path: Path) -> None:
    tokenizer = wordpiece()
    config = transformers.XLNetConfig(vocab_size=tokenizer.get_vocab_size(), d_model=32, n_layer=2, n_head=4, d_inner=64, num_labels=1)
    checkpoint = save(tmp_path / "checkpoint", transformers.XLNetForSequenceClassification(config), tokenizer)
    assert compiled(checkpoint, tmp_path / "bundle").manifest["max_tokens"] == 512


def test_the_command_reports_what_it_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, out = bert(tmp_path / "checkpoint"), tmp_path / "bundle"
    command = ["bundle", "compile", str(checkpoint), "--license", "MIT", "--id", "mine", "--max-tokens", "64", "--out", str(out)]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert capsys.readouterr().out == f"{out} is the bundle of mine, 0.1 MB.\n"


def test_an_unknown_activation_takes_the_stock_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compiled(bert(tmp_path / "checkpoint", hidden_act="mish"), tmp_path / "bundle")
    assert "does not support activation 'mish'" in capsys.readouterr().out


def test_the_stock_export_of_what_is_trained_here_takes_padded_batches(tmp_path: Path) -> None:
    checkpoint = interaction(tmp_path / "checkpoint")
    scorer = compiled(checkpoint, tmp_path / "bundle", stock=True)
    reference = TransformersReference(checkpoint)
    pairs = [scorer.encode(*text) for text in TEXTS]
    expected = [reference.logit(pair.ids, pair.segments) for pair in pairs]
    assert [scorer.logit(pair) for pair in pairs] == pytest.approx(expected, abs=1e-4)
    longest = max(len(pair.ids) for pair in pairs)
    assert longest == scorer.manifest["max_tokens"] > min(len(pair.ids) for pair in pairs)
    rows = {
        "input_ids": [pair.ids for pair in pairs],
        "token_type_ids": [pair.segments for pair in pairs],
        "attention_mask": [[1] * len(pair.ids) for pair in pairs],
    }
    padded = {name: np.array([row + [0] * (longest - len(row)) for row in values]) for name, values in rows.items()}
    assert scorer.sessions[0].run(None, padded)[0][:, 0].tolist() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("act", ["gelu_new", "relu", "silu"])
def test_the_checkpoint_names_the_activation(act: str, tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint", hidden_act=act)
    scorer = compiled(checkpoint, tmp_path / "bundle")
    pair = scorer.encode(*TEXTS[0])
    assert scorer.logit(pair) == pytest.approx(TransformersReference(checkpoint).logit(pair.ids, pair.segments), abs=1e-4)


def test_a_reading_that_is_worth_nothing_is_left_out(tmp_path: Path) -> None:
    checkpoint = interaction(tmp_path / "checkpoint", means=0)
    scorer = compiled(checkpoint, tmp_path / "bundle", max_tokens=64)
    for text in TEXTS:
        pair = scorer.encode(*text)
        assert scorer.logit(pair) == pytest.approx(TransformersReference(checkpoint).logit(pair.ids, pair.segments), abs=1e-4)
    whole = compiled(interaction(tmp_path / "whole"), tmp_path / "whole-bundle", max_tokens=64)
    assert operators(tmp_path / "bundle").count("ReduceMean") < operators(tmp_path / "whole-bundle").count("ReduceMean")
    assert whole.logit(pair) != scorer.logit(pair)


@pytest.mark.parametrize("make", [interaction, cross_layers])
def test_what_is_trained_scores_as_its_bundle(make: Callable[[Path], Path], tmp_path: Path) -> None:
    checkpoint = make(tmp_path / "checkpoint")
    scorer, model = compiled(checkpoint, tmp_path / "bundle", max_tokens=64), load_checkpoint(checkpoint)
    pairs = [scorer.encode(*text) for text in TEXTS]
    rows = with_second_cls(*(pad_sequence([torch.tensor(row) for row in column], batch_first=True) for column in zip(
        *((pair.ids, pair.segments, [1] * len(pair.ids)) for pair in pairs))))  # fmt: skip
    expected = [scorer.logit(pair) for pair in pairs]
    assert model(*rows).tolist() == pytest.approx(expected, abs=1e-3)
    assert np.ptp(expected) > 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cross_from": 3}, "cross_from 3; expected a whole number, 0..2"),
        ({"cross_from": 0.5}, "cross_from 0.5; expected a whole number, 0..2"),
        ({"cross_layers": 1.5}, "cross_layers 1.5; expected a whole number, 0..48"),
        ({"cross_layers": 10**9}, "cross_layers 1000000000; expected a whole number, 0..48"),
        ({"cross_layers": -1}, "cross_layers -1; expected a number of at least 0"),
        ({"cross_layers": "two"}, "cross_layers 'two'; expected a number"),
    ],
)
def test_wrong_fields_about_cross_layers_are_refused(fields: dict[str, object], message: str, tmp_path: Path) -> None:
    checkpoint = with_config(cross_layers(tmp_path / "checkpoint"), **fields)
    with pytest.raises(BundleError, match=message):
        compiled(checkpoint, tmp_path / "bundle")


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8_7BIT])
def test_cross_layers_without_their_tensors_or_with_more_are_refused(precision: Precision, tmp_path: Path) -> None:
    checkpoint = cross_layers(tmp_path / "checkpoint")
    for count, message in ((3, r"cross\.encoder\.layer\.2\."), (1, r"cross\.encoder\.layer\.1\."), (0, r"cross\.")):
        with pytest.raises(BundleError, match=message):
            compiled(with_config(checkpoint, cross_layers=count), tmp_path / "bundle", precision)


@pytest.mark.parametrize("make", [interaction, cross_layers])
def test_a_checkpoint_of_an_earlier_training_is_refused(make: Callable[[Path], Path], tmp_path: Path) -> None:
    checkpoint = make(tmp_path / "checkpoint")
    weights = load_file(checkpoint / "model.safetensors")
    save_file(weights | {"interaction.gates": torch.full((2,), -6.0)}, checkpoint / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BundleError, match="interaction.gates"):  # without its gates, the model would rank differently
        compiled(checkpoint, tmp_path / "bundle")


def operators(bundle: Path) -> list[str]:
    return [node.op_type for node in onnx.load(bundle / "model.onnx").graph.node]


def test_only_channels_far_beyond_the_others_go_through_fp32() -> None:
    largest = np.linspace(1, 2, 20)
    few, rest = outliers_and_rest(largest)
    assert (len(few), len(rest)) == (0, 20)
    largest[[3, 11]] = 30, 40
    few, rest = outliers_and_rest(largest)
    assert len(few) == OUTLIERS and {3, 11} <= set(few)
    assert sorted([*few, *rest]) == list(range(20))


def test_eight_bits_are_refused_where_their_sums_overflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bundle.compile.sums_overflow", lambda precision: True)
    with pytest.raises(BundleError, match="--precision is int8, but .* expected int8-7bit"):
        compiled(bert(tmp_path / "checkpoint"), tmp_path / "bundle", Precision.INT8)


@pytest.mark.parametrize("precision", [Precision.INT8_7BIT, Precision.INT8_WEIGHTS, Precision.FP32])
def test_seven_bits_and_floats_overflow_nowhere(precision: Precision) -> None:
    assert not sums_overflow(precision)


def test_the_relevant_class_can_be_chosen(tmp_path: Path) -> None:
    checkpoint = FAMILIES["bert-two-classes"](tmp_path / "checkpoint")
    pair = compiled(checkpoint, tmp_path / "bundle").encode(*TEXTS[0])
    first = compiled(checkpoint, tmp_path / "first", relevant=0)
    assert first.logit(pair) == pytest.approx(-Scorer(tmp_path / "bundle").logit(pair), abs=1e-6)


def test_three_classes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="has 3 classes; expected one logit or two"):
        compiled(bert(tmp_path / "checkpoint", classes=3), tmp_path / "bundle")


def test_a_window_beyond_the_positions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"--max-tokens is 65; expected 16\.\.64"):
        compiled(bert(tmp_path / "checkpoint"), tmp_path / "bundle", max_tokens=65)


def test_a_bundle_needs_a_licence(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    with pytest.raises(BundleError, match="expected --license"):
        compiled(checkpoint, tmp_path / "bundle", license=None)
    (checkpoint / "README.md").write_text("---\nlicense: apache-2.0\ntags: [x]\n---\n# Card\n", encoding="utf-8")
    compiled(checkpoint, tmp_path / "bundle", license=None)
    assert manifest.read(tmp_path / "bundle")["license"] == "apache-2.0"


def test_a_folder_that_is_not_a_checkpoint_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"has no config\.json"):
        compiled(tmp_path, tmp_path / "bundle")


def test_the_languages_are_those_that_the_caller_names(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint")
    compiled(checkpoint, tmp_path / "said", languages=("en", "zh-Hant"))
    assert manifest.read(tmp_path / "said")["languages"] == ["en", "zh-Hant"]
    compiled(checkpoint, tmp_path / "unsaid")
    assert "languages" not in manifest.read(tmp_path / "unsaid")
    assert languages("en,zh-Hant") == ("en", "zh-Hant")
    with pytest.raises(argparse.ArgumentTypeError, match="'English' is not a language tag"):
        languages("English")


@pytest.mark.parametrize("part_mb", [0.0, -1.0, float("nan"), float("inf")])
def test_a_part_has_a_size(part_mb: float, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=f"--part-mb is {part_mb:g}; expected a number above 0"):
        compile(Request(bert(tmp_path / "x"), tmp_path / "out", Precision.FP32, "x", "MIT", 1, None, stock=False, part_mb=part_mb))


def test_a_model_card_that_is_not_utf_8_may_still_name_the_licence(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / "README.md").write_bytes(b"---\nauthor: Jos\xe9\nlicense: mit\n---\n")
    compile(Request(checkpoint, tmp_path / "out", Precision.FP32, "x", None, 1, None, stock=False))
    assert manifest.read(tmp_path / "out")["license"] == "mit"


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("sys.argv", ["bundle", "compile", str(bert(tmp_path / "x")), "--out", str(tmp_path / "file"), "--license", "MIT"])
    with pytest.raises(SystemExit, match=f"^{tmp_path / 'file'} cannot be read or written: File exists$"):
        main()


@pytest.mark.parametrize("option", ["--id", "--license"])
def test_a_name_that_no_file_can_have_is_refused(option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["bundle", "compile", "x", "--out", "y", option, "m\udcff"])
    with pytest.raises(SystemExit):
        main()
    assert f"argument {option}: 'm\\udcff' has characters that cannot be printed; expected a text in UTF-8" in capsys.readouterr().err
